//! The doors of this chapter are those that the console knocks at.

#[test]
fn every_route_is_there() {
    let (_, api) = weir_measure::routes(&std::sync::Arc::default()).split_for_parts();
    let paths: Vec<&str> = api.paths.paths.keys().map(String::as_str).collect();
    let expected = [
        "/api/v1/ask/cohorts",
        "/api/v1/ask/distribution",
        "/api/v1/ask/funnel",
        "/api/v1/ask/interval",
        "/api/v1/ask/paths",
        "/api/v1/ask/retention",
        "/api/v1/ask/rfm",
        "/api/v1/ask/trend",
        "/api/v1/ask/{kind}/persons",
        "/api/v1/measure/campaigns",
        "/api/v1/measure/cohorts",
        "/api/v1/measure/money",
        "/api/v1/measure/pool",
        "/api/v1/measure/stage-flow",
        "/api/v1/measure/stage-flow/persons",
        "/api/v1/measure/touchpoints",
        "/api/v1/overview",
        "/api/v1/persons/{id}/money",
    ];
    assert_eq!(paths, expected);
}
