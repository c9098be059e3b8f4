create table campaign (
    id bigint primary key,
    brand_id bigint not null,
    name text not null,
    channel text not null check (channel in ('inbox', 'email')),
    state text not null check (state in ('draft', 'sending', 'done', 'cancelled')),
    subject text not null,
    body text not null,
    link text,
    audience text not null,
    holdout_bp bigint not null,
    salt text not null,
    cost_per_message bigint not null,
    historical bigint not null default 0,
    code text,
    -- persons decided so far, in id order: where the selection goes on
    selected_to bigint not null default 0,
    actor text,
    created_at bigint not null,
    started_at bigint,
    finished_at bigint
);
create index campaign_brand on campaign (brand_id, id);
create unique index campaign_code_taken on campaign (brand_id, code) where code is not null;

create table message (
    id bigint primary key,
    brand_id bigint not null,
    campaign_id bigint not null,
    person_id bigint not null,
    channel text not null,
    arm text not null check (arm in ('treated', 'holdout')),
    state text not null check (state in ('intent', 'calling', 'sent', 'failed', 'skipped', 'held_out', 'unknown')),
    reason text,
    address text,
    decided_at bigint not null,
    attempted_at bigint,
    sent_at bigint,
    read_at bigint,
    clicked_at bigint,
    constraint message_once unique (campaign_id, person_id)
);
create index message_due on message (state, id) where state in ('intent', 'calling');
create index message_person on message (person_id, id);

create table sandbox_mail (
    id bigint primary key,
    brand_id bigint not null,
    message_id bigint,
    recipient text not null,
    subject text not null,
    body text not null,
    at bigint not null
);
