//! Names of events that Weir states are nobody else's to state: what comes in by a public key may not
//! speak for it.
#[path = "common/source.rs"]
mod source;

#[test]
fn no_name_that_weir_states_can_be_sent_to_it() {
    let names = source::events();
    assert!(names.len() >= 60, "only {} names were found", names.len());
    let open: Vec<&String> = names.iter().filter(|n| !weir_gather::intake::is_ours(n)).collect();
    assert!(open.is_empty(), "add the families of {open:?} to FAMILIES");
    // What merchants send keeps its names.
    for free in ["Order Completed", "page", "product_viewed", "coupon.redeemed", "checkout.step 2", "shop.visited"] {
        assert!(!weir_gather::intake::is_ours(free), "{free}");
    }
}
