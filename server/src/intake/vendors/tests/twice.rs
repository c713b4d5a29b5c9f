//! Two parsers would not agree on what a name means that stands twice.

use rstest::rstest;

use super::{BODYTRACE, MIO, TELLI, TENOVI, VALIDIC, flaw};
use crate::ground::enums::Vendor;

/// Every name that an adapter reads, said twice, with its pointer.
#[rstest]
#[case(Vendor::BodyTrace, BODYTRACE, r#""imei":"#, r#""imei":"1","imei":"#, "/imei")]
#[case(Vendor::BodyTrace, BODYTRACE, r#""ts":"#, r#""ts":1,"ts":"#, "/ts")]
#[case(
    Vendor::BodyTrace,
    BODYTRACE,
    r#""values":"#,
    r#""values":{},"v\u0061lues":"#,
    "/values"
)]
#[case(
    Vendor::BodyTrace,
    BODYTRACE,
    r#""systolic":"#,
    r#""systolic":1,"systolic":"#,
    "/values/systolic"
)]
#[case(
    Vendor::BodyTrace,
    BODYTRACE,
    r#""irregular":"#,
    r#""irregular":0,"irregular":"#,
    "/values/irregular"
)]
#[case(Vendor::Transtek, MIO, r#""data":"#, r#""data":{},"data":"#, "/data")]
#[case(Vendor::Transtek, MIO, r#""imei":"#, r#""imei":"1","imei":"#, "/data/imei")]
#[case(Vendor::Transtek, MIO, r#""user":"#, r#""user":2,"user":"#, "/data/user")]
#[case(Vendor::Transtek, MIO, r#""sys":"#, r#""sys":1,"sys":"#, "/data/sys")]
#[case(Vendor::Transtek, MIO, r#""ts":"#, r#""ts":1,"ts":"#, "/data/ts")]
#[case(
    Vendor::Transtek,
    MIO,
    r#""createdAt":"#,
    r#""createdAt":1,"createdAt":"#,
    "/createdAt"
)]
#[case(
    Vendor::Transtek,
    MIO,
    r#""isTest":"#,
    r#""isTest":true,"isTest":"#,
    "/isTest"
)]
#[case(
    Vendor::Telli,
    TELLI,
    r#""deviceId":"#,
    r#""deviceId":"1","deviceId":"#,
    "/deviceId"
)]
#[case(Vendor::Telli, TELLI, r#""time":"#, r#""time":"1","time":"#, "/time")]
#[case(Vendor::Telli, TELLI, r#""pulse":"#, r#""pulse":1,"pulse":"#, "/data/pulse")]
#[case(
    Vendor::Tenovi,
    TENOVI,
    r#""hwi_device_id":"#,
    r#""hwi_device_id":"1","hwi_device_id":"#,
    "/hwi_device_id"
)]
#[case(
    Vendor::Tenovi,
    TENOVI,
    r#""metric":"#,
    r#""metric":"pulse","metric":"#,
    "/metric"
)]
#[case(
    Vendor::Tenovi,
    TENOVI,
    r#""value_2":"#,
    r#""value_2":1,"value_2":"#,
    "/value_2"
)]
#[case(
    Vendor::Tenovi,
    TENOVI,
    r#""timestamp":"#,
    r#""timestamp":"","timestamp":"#,
    "/timestamp"
)]
#[case(
    Vendor::SmartMeter,
    VALIDIC,
    r#""metrics":"#,
    r#""metrics":[],"metrics":"#,
    "/metrics"
)]
#[case(
    Vendor::SmartMeter,
    VALIDIC,
    r#""value":80.0"#,
    r#""value":80,"value":80.0"#,
    "/metrics/0/value"
)]
#[case(
    Vendor::SmartMeter,
    VALIDIC,
    r#""id":"8"#,
    r#""id":"1","id":"8"#,
    "/source/device/id"
)]
fn a_name_that_is_read_stands_once(
    #[case] vendor: Vendor,
    #[case] example: &str,
    #[case] name: &str,
    #[case] twice: &str,
    #[case] pointer: &str,
) {
    let json = example.replace(name, twice);
    assert_ne!(json, example);
    assert_eq!(flaw(vendor, &json), format!("{pointer}: twice"));
}
