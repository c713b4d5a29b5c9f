//! Preferences in the database: there the units have names, here they are what `vitals` calculates with.

use sea_orm::{ConnectionTrait as _, QueryResult};
use vitals::Units;

use super::{System, get, sql};
use crate::ground::enums::{GlucoseUnit, MassUnit, PressureUnit, TemperatureUnit};
use crate::ground::ids::UserId;
use crate::identity::{IdentityError, Preferences};

pub(super) const COLUMNS: &str =
    "u.time_zone as own_zone, u.pressure_unit, u.mass_unit, u.glucose_unit, u.temperature_unit, u.look";

pub(super) fn preferences(row: &QueryResult) -> Result<Preferences, IdentityError> {
    let units = Units {
        pressure: match get::<PressureUnit>(row, "pressure_unit")? {
            PressureUnit::MmHg => vitals::PressureUnit::MmHg,
            PressureUnit::KPa => vitals::PressureUnit::KPa,
        },
        mass: match get::<MassUnit>(row, "mass_unit")? {
            MassUnit::Kg => vitals::MassUnit::Kg,
            MassUnit::Lb => vitals::MassUnit::Lb,
        },
        glucose: match get::<GlucoseUnit>(row, "glucose_unit")? {
            GlucoseUnit::MgDl => vitals::GlucoseUnit::MgDl,
            GlucoseUnit::MmolL => vitals::GlucoseUnit::MmolL,
        },
        temperature: match get::<TemperatureUnit>(row, "temperature_unit")? {
            TemperatureUnit::Celsius => vitals::TemperatureUnit::Celsius,
            TemperatureUnit::Fahrenheit => vitals::TemperatureUnit::Fahrenheit,
        },
    };
    Ok(Preferences {
        time_zone: get(row, "own_zone")?,
        units,
        look: get(row, "look")?,
    })
}

pub(in crate::identity) async fn system_set(
    tx: &System,
    user: UserId,
    preferences: &Preferences,
) -> Result<(), IdentityError> {
    let Preferences {
        time_zone,
        units,
        look,
    } = preferences;
    let pressure = match units.pressure {
        vitals::PressureUnit::MmHg => PressureUnit::MmHg,
        vitals::PressureUnit::KPa => PressureUnit::KPa,
    };
    let mass = match units.mass {
        vitals::MassUnit::Kg => MassUnit::Kg,
        vitals::MassUnit::Lb => MassUnit::Lb,
    };
    let glucose = match units.glucose {
        vitals::GlucoseUnit::MgDl => GlucoseUnit::MgDl,
        vitals::GlucoseUnit::MmolL => GlucoseUnit::MmolL,
    };
    let temperature = match units.temperature {
        vitals::TemperatureUnit::Celsius => TemperatureUnit::Celsius,
        vitals::TemperatureUnit::Fahrenheit => TemperatureUnit::Fahrenheit,
    };
    let set = sql(
        "update user_account set time_zone = $2, pressure_unit = $3, mass_unit = $4, glucose_unit = $5,
           temperature_unit = $6, look = $7
         where id = $1",
        [
            user.as_uuid().into(),
            time_zone.clone().into(),
            pressure.as_str().into(),
            mass.as_str().into(),
            glucose.as_str().into(),
            temperature.as_str().into(),
            look.as_str().into(),
        ],
    );
    tx.connection().execute_raw(set).await?;
    Ok(())
}
