//! What a foreseen commit hands over: arrays of composite values, one of each thing that is stored, in PostgreSQL's binary
//! form. The types are of m0051; a value's fields are written here in the order in which its type names them, which is
//! agreed nowhere else.
//!
//! A composite value is the number of its fields and, of each, the type, the length (-1: null) and the value itself
//! (`record_recv` in PostgreSQL's `src/backend/utils/adt/rowtypes.c`).

use chrono::{DateTime, Utc};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo};
use sqlx::{Encode, Postgres, Type};
use uuid::Uuid;
use vitals::Proof;

use crate::ground::enums::Encoding;
use crate::ground::ids::{HubId, SourceId};
use crate::history::rows::{Raw, Row, Times};

/// A reading of which it is known whose it is.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) row: &'a Row,
    pub(super) times: Times,
    pub(super) owner: Uuid,
}

impl Reading<'_> {
    /// Whether [`Bare`] says everything of it.
    pub(super) fn is_bare(&self) -> bool {
        let Row {
            hub,
            source,
            utc_offset_minutes,
            hub_time,
            sequence,
            user_slot,
            original,
            proof,
            ..
        } = self.row;
        hub.is_none()
            && source.is_none()
            && utc_offset_minutes.is_none()
            && hub_time.is_none()
            && sequence.is_none()
            && user_slot.is_none()
            && original.is_none()
            && *proof == Proof::DeviceToken
            && self.row.own_body().is_some()
    }

    /// No fewer than it has when it is written.
    pub(super) fn most_bytes(&self) -> usize {
        let body = self.row.own_body().map_or(0, <[u8]>::len);
        let original = self.row.original.as_deref().map_or(0, str::len);
        // Fields, and those of their values that have a size: ids, times, numbers, names.
        21 * FIELD
            + 7 * 16
            + 5 * 8
            + 64
            + body
            + self.row.hash.as_bytes().len()
            + self.row.values.len()
            + original
    }

    fn write_bare(&self, into: &mut Record<'_>) -> Result<(), BoxDynError> {
        let row = self.row;
        into.field(row.id.as_uuid())?;
        into.field(row.raw.received_at)?;
        into.field(self.owner)?;
        into.field(row.device.as_uuid())?;
        into.field(row.credential.as_uuid())?;
        into.field(row.kind.as_str())?;
        into.field(self.times.measured_at)?;
        into.field(self.times.measured_on)?;
        into.field(row.device_time_ms)?;
        into.field(row.hash.as_bytes().as_slice())?;
        into.field(Json(&row.values))?;
        into.field(row.quality(self.times).to_bits())?;
        into.field(row.own_body())
    }

    fn write_whole(&self, into: &mut Record<'_>) -> Result<(), BoxDynError> {
        let row = self.row;
        self.write_bare(into)?;
        into.field(row.proof.as_str())?;
        into.field(row.hub.map(HubId::as_uuid))?;
        into.field(row.utc_offset_minutes)?;
        into.field(row.hub_time)?;
        into.field(row.sequence)?;
        into.field(row.user_slot)?;
        into.field(row.original.as_deref().map(Json))?;
        into.field(row.own_body().is_none().then_some(row.raw.id.as_uuid()))
    }
}

/// A reading that a device sent by itself, with little else: `arriving_reading`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare<'r>(pub(super) &'r Reading<'r>);

/// Any reading: `arriving_reading_whole`. A field costs something also where it has no value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<'r>(pub(super) &'r Reading<'r>);

/// A message that a hub or a vendor's cloud sent: `arriving_message`.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) raw: &'a Raw,
    pub(super) body: &'a [u8],
    pub(super) owner: Uuid,
    pub(super) hub: Option<HubId>,
    pub(super) source: Option<SourceId>,
    /// Whether something in it is somebody else's.
    pub(super) shared: bool,
}

/// What the router is told of one customer: `announced_readings`.
#[derive(Debug)]
pub(super) struct Announced {
    pub(super) owner: Uuid,
    pub(super) readings: Vec<Uuid>,
    pub(super) received_from: DateTime<Utc>,
    pub(super) received_until: DateTime<Utc>,
}

/// A type of ours, and the array of it.
macro_rules! composite {
    ($of:ty, $name:literal, |$value:ident, $record:ident| $write:expr) => {
        impl Type<Postgres> for $of {
            fn type_info() -> PgTypeInfo {
                PgTypeInfo::with_name($name)
            }
        }

        impl PgHasArrayType for $of {
            fn array_type_info() -> PgTypeInfo {
                PgTypeInfo::array_of($name)
            }
        }

        impl Encode<'_, Postgres> for $of {
            fn encode_by_ref(&self, into: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let ($value, mut record) = (self, Record::begin(into));
                let $record = &mut record;
                $write?;
                record.end();
                Ok(IsNull::No)
            }
        }
    };
}

composite!(Bare<'_>, "arriving_reading", |bare, record| bare
    .0
    .write_bare(record));
composite!(Whole<'_>, "arriving_reading_whole", |whole, record| whole
    .0
    .write_whole(record));
composite!(Message<'_>, "arriving_message", |message, record| message
    .write(record));
composite!(Announced, "announced_readings", |announced, record| announced
    .write(record));

impl Message<'_> {
    /// No fewer than it has when it is written.
    pub(super) fn most_bytes(&self) -> usize {
        let proof = self.raw.jwt.as_deref().map_or(0, str::len);
        9 * FIELD + 4 * 16 + 32 + self.body.len() + proof
    }

    fn write(&self, into: &mut Record<'_>) -> Result<(), BoxDynError> {
        into.field(self.raw.id.as_uuid())?;
        into.field(self.raw.received_at)?;
        into.field(self.owner)?;
        into.field(self.hub.map(HubId::as_uuid))?;
        into.field(self.source.map(SourceId::as_uuid))?;
        into.field(self.body)?;
        into.field(self.raw.jwt.as_deref())?;
        into.field(self.raw.encoding.map(Encoding::as_str))?;
        into.field(self.shared)
    }
}

impl Announced {
    /// No fewer than it has when it is written.
    pub(super) fn most_bytes(&self) -> usize {
        4 * FIELD + 2 * 16 + 32 + 20 * self.readings.len()
    }

    fn write(&self, into: &mut Record<'_>) -> Result<(), BoxDynError> {
        into.field(self.owner)?;
        into.field(self.readings.as_slice())?;
        into.field(self.received_from)?;
        into.field(self.received_until)
    }
}

/// What stands before a field's value, and as much again for what stands before the composite value and its array.
const FIELD: usize = 2 * 8;

/// A composite value that is being written.
struct Record<'b> {
    into: &'b mut PgArgumentBuffer,
    from: usize,
    fields: i32,
}

impl<'b> Record<'b> {
    fn begin(into: &'b mut PgArgumentBuffer) -> Self {
        let from = into.len();
        into.extend_from_slice(&[0; 4]);
        Self {
            into,
            from,
            fields: 0,
        }
    }

    /// A value of a type that every PostgreSQL has.
    fn field<'q, T>(&mut self, value: T) -> Result<(), BoxDynError>
    where
        T: Encode<'q, Postgres> + Type<Postgres>,
    {
        let oid = T::type_info().oid().ok_or("a field's type is not built in")?;
        self.into.extend_from_slice(&oid.0.to_be_bytes());
        let at = self.into.len();
        self.into.extend_from_slice(&[0; 4]);
        let length = match value.encode_by_ref(self.into)? {
            IsNull::Yes => -1,
            IsNull::No => i32::try_from(self.into.len() - at - 4)?,
        };
        self.into[at..at + 4].copy_from_slice(&length.to_be_bytes());
        self.fields += 1;
        Ok(())
    }

    fn end(self) {
        let fields = self.fields.to_be_bytes();
        self.into[self.from..self.from + 4].copy_from_slice(&fields);
    }
}

/// JSON as it is written.
#[derive(Debug, Clone, Copy)]
struct Json<'a>(&'a str);

impl Type<Postgres> for Json<'_> {
    fn type_info() -> PgTypeInfo {
        // `json`, as fixed in PostgreSQL's src/include/catalog/pg_type.dat.
        PgTypeInfo::with_oid(Oid(114))
    }
}

impl Encode<'_, Postgres> for Json<'_> {
    fn encode_by_ref(&self, into: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        into.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}
