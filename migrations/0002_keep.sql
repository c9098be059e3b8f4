create table brand (
    id bigint primary key,
    code text not null,
    name text not null,
    timezone text not null,
    currency text not null,
    sandbox bigint not null,
    settings text not null,
    created_at bigint not null,
    constraint brand_code_taken unique (code)
);

create table store (
    id bigint primary key,
    brand_id bigint not null,
    code text not null,
    name text not null,
    kind text not null check (kind in ('hq', 'store')),
    city text,
    active bigint not null,
    created_at bigint not null,
    constraint store_code_taken unique (brand_id, code)
);

create table staff (
    id bigint primary key,
    brand_id bigint not null,
    email text not null,
    name text not null,
    password_hash text not null,
    role text not null check (role in ('owner', 'operator', 'store_manager', 'guide', 'read_only')),
    active bigint not null,
    last_seen_at bigint,
    created_at bigint not null,
    constraint staff_email_taken unique (email)
);

create table staff_store (
    staff_id bigint not null,
    store_id bigint not null,
    primary key (staff_id, store_id)
) clustered;

create table session (
    token text primary key,
    brand_id bigint not null,
    staff_id bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);

create table login_attempt (
    key text primary key,
    failures bigint not null,
    until bigint not null
);

create table api_key (
    id bigint primary key,
    brand_id bigint not null,
    name text not null,
    scope text not null check (scope in ('ingest', 'admin')),
    prefix text not null,
    digest text not null,
    created_at bigint not null,
    last_used_at bigint,
    revoked_at bigint,
    constraint api_key_digest unique (digest)
);
