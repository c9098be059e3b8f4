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
    -- 1 when the person passed the gates and the arm was really chosen: results count these
    assigned bigint not null,
    -- where it goes: as decided, or as it was at the attempt when it left the house
    address text,
    tries bigint not null default 0,
    -- not to be tried again before this
    due_at bigint,
    decided_at bigint not null,
    attempted_at bigint,
    sent_at bigint,
    read_at bigint,
    clicked_at bigint,
    constraint message_once unique (campaign_id, person_id)
);
create index message_due on message (campaign_id, id) where state = 'intent';
create index message_calling on message (id) where state = 'calling';
create index message_person on message (person_id, id);
create index message_read on message (brand_id, read_at) where read_at is not null;

create table sandbox_mail (
    id bigint primary key,
    brand_id bigint not null,
    message_id bigint,
    recipient text not null,
    subject text not null,
    body text not null,
    at bigint not null
);
create unique index sandbox_mail_once on sandbox_mail (message_id) where message_id is not null;
create index sandbox_mail_brand on sandbox_mail (brand_id, id);
