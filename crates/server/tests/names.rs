//! Names of events that Weir states are nobody else's to state: what comes in by a public key may not
//! speak for it.
use std::path::Path;

/// `pub const NAME: &str = "family.rest";` of every chapter's `events.rs`.
fn stated(dir: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|n| n != "target" && n != "tests") {
            stated(&path, out);
        } else if path.file_name().is_some_and(|n| n == "events.rs") {
            let text = std::fs::read_to_string(&path).expect("a file");
            let names = text.lines().filter_map(|l| l.trim().strip_prefix("pub const ")?.split_once("&str = \"")?.1.strip_suffix("\";"));
            out.extend(names.filter(|n| n.contains('.')).map(str::to_string));
        }
    }
}

#[test]
fn no_name_that_weir_states_can_be_sent_to_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut names = vec![];
    stated(&root.join("story"), &mut names);
    stated(&root.join("crates"), &mut names);
    assert!(names.len() >= 60, "only {} names were found", names.len());
    let open: Vec<&String> = names.iter().filter(|n| !weir_gather::intake::is_ours(n)).collect();
    assert!(open.is_empty(), "add the families of {open:?} to FAMILIES");
    // What merchants send keeps its names.
    for free in ["Order Completed", "page", "product_viewed", "coupon.redeemed", "checkout.step 2", "shop.visited"] {
        assert!(!weir_gather::intake::is_ours(free), "{free}");
    }
}
