//! The doors of this chapter are those that the console knocks at.

#[test]
fn every_route_is_there() {
    let (_, api) = weir_reach::routes().split_for_parts();
    let paths: Vec<&str> = api.paths.paths.keys().map(String::as_str).collect();
    let expected = [
        "/api/v1/campaigns",
        "/api/v1/campaigns/forecast",
        "/api/v1/campaigns/{id}",
        "/api/v1/campaigns/{id}/cancel",
        "/api/v1/campaigns/{id}/launch",
        "/api/v1/campaigns/{id}/messages",
        "/api/v1/campaigns/{id}/results",
        "/api/v1/sandbox/mails",
        "/u/{message}/{key}",
    ];
    assert_eq!(paths, expected);
}
