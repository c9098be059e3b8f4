-- The ledger: entries are insert-only; accounts with a floor keep a live balance.
create table account (
    id bigint primary key,
    brand_id bigint not null,
    code text not null,
    side text not null check (side in ('debit', 'credit')),
    constraint account_code_taken unique (brand_id, code)
);

create table balance (
    account_id bigint primary key,
    amount bigint not null,
    check (amount >= 0)
);

create table posting (
    id bigint primary key,
    brand_id bigint not null,
    key text not null,
    at bigint not null,
    constraint posting_once unique (brand_id, key)
);

create table entry (
    posting_id bigint not null,
    n bigint not null,
    account_id bigint not null,
    debit bigint not null check (debit >= 0),
    credit bigint not null check (credit >= 0),
    balance_after bigint,
    primary key (posting_id, n)
) clustered;
create index entry_account on entry (account_id, posting_id);

create table referral_code (
    person_id bigint primary key,
    brand_id bigint not null,
    code text not null,
    constraint referral_code_taken unique (code)
);

create table binding (
    id bigint primary key,
    brand_id bigint not null,
    person_id bigint not null,
    beneficiary_id bigint not null,
    kind text not null check (kind in ('promoter', 'guide')),
    from_at bigint not null,
    to_at bigint,
    reason text not null,
    evidence text not null,
    check (person_id <> beneficiary_id)
);
create unique index binding_one_open on binding (person_id, kind) where to_at is null;
create index binding_beneficiary on binding (beneficiary_id);

create table commission (
    id bigint primary key,
    brand_id bigint not null,
    order_id bigint not null,
    person_id bigint not null,
    beneficiary_id bigint not null,
    level bigint not null check (level in (1, 2)),
    base bigint not null,
    bp bigint not null,
    amount bigint not null check (amount >= 0),
    reversed bigint not null default 0,
    state text not null check (state in ('pending', 'payable', 'reversed')),
    mature_at bigint,
    created_at bigint not null,
    check (reversed >= 0 and reversed <= amount),
    constraint commission_once unique (order_id, beneficiary_id, level)
);
create index commission_beneficiary on commission (beneficiary_id);
