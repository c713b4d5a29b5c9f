//! How a newtype or an enum of ours travels through sqlx: as the type it wraps. By hand, because sqlx's derive would
//! pull in its macros and with them the parts that read a database while compiling.

/// Makes `$name` a PostgreSQL value that is stored as `$wire`: `$into` gives the stored form, `$from` reads it back and
/// may fail with any error.
macro_rules! stored_as {
    ($name:ident, $wire:ty, $array:ty, $into:expr, $from:expr) => {
        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                <$wire as sqlx::Type<sqlx::Postgres>>::type_info()
            }

            fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
                <$wire as sqlx::Type<sqlx::Postgres>>::compatible(ty)
            }
        }

        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                <$array as sqlx::postgres::PgHasArrayType>::array_type_info()
            }

            fn array_compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
                <$array as sqlx::postgres::PgHasArrayType>::array_compatible(ty)
            }
        }

        impl<'q> sqlx::Encode<'q, sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut sqlx::postgres::PgArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                let stored = $into(*self);
                sqlx::Encode::<'q, sqlx::Postgres>::encode_by_ref(&stored, buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Postgres> for $name {
            fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let stored = <$wire as sqlx::Decode<'r, sqlx::Postgres>>::decode(value)?;
                $from(stored)
            }
        }
    };
}

pub(crate) use stored_as;
