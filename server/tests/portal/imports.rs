//! The preview of an import: what stands in the file, beside what is wrong with it.

use vitalwire_server::identity::Organisation;

use crate::world::World;

#[tokio::test]
async fn what_stands_in_a_wrong_field_is_shown_and_a_token_is_not() {
    let world = World::new().await;
    world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let file = "maker,serial,model,imei,mac,iccid,state,held_since,firmware,token\n\
        Omron,N-1,HEM-7142T1,490154203237519,zz<b>,12345,flying,soon,,short-secret\n\
        ,N-2,HEM-7142T1,vwd_0f8c1a77b4d2489ea35c0f8c1a77,,,,,,\n";
    let csrf = root.get("/imports").await.csrf();
    let answer = root.upload("/imports", &csrf, file).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = root.get(answer.location()).await.text;
    for stands in [
        "490154203237519",
        "zz&#60;b&#62;",
        "12345",
        "flying",
        "soon",
        "vwd_0f8c…",
    ] {
        assert!(page.contains(&format!(">{stands}<")), "{stands}: {page}");
    }
    assert!(
        !page.contains("short-secret") && !page.contains("vwd_0f8c1a77"),
        "{page}"
    );
    // It was looked at and can come no further: nothing is said to be confirmed.
    assert!(
        page.contains("Not imported") && !page.contains("Confirmed"),
        "{page}"
    );
    // Whose model it is cannot be said without a maker, so nothing is.
    assert!(page.contains("Is empty; it is needed."), "{page}");
    assert!(!page.contains("not in the catalogue"), "{page}");
    let problems = root.get(&format!("{}/problems", answer.location())).await.text;
    assert!(
        problems.starts_with("line,column,problem,maker,serial,value"),
        "{problems}"
    );
    assert!(
        problems.contains("flying") && !problems.contains("short-secret"),
        "{problems}"
    );
}
