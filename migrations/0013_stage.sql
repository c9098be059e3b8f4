-- Where the scores of RFM are cut; a brand's newest version is the one in force, older ones stay to be compared with.
create table rfm_version (
    id bigint primary key,
    brand_id bigint not null,
    n bigint not null,
    kind text not null check (kind in ('quantile', 'fixed')),
    window_days bigint not null check (window_days > 0),
    -- {"r":[days],"f":[orders],"m":[fen]}, four ascending cuts each
    cuts text not null,
    made_by text,
    made_at bigint not null,
    constraint rfm_version_n unique (brand_id, n)
);
