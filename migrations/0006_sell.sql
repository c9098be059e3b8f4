create table category (
    brand_id bigint not null,
    code text not null,
    zh text not null,
    en text not null,
    primary key (brand_id, code)
) clustered;

create table product (
    id bigint primary key,
    brand_id bigint not null,
    code text not null,
    name text not null,
    name_en text,
    category text not null,
    image text,
    description text,
    status text not null check (status in ('on_sale', 'off_sale')),
    sold bigint not null default 0,
    created_at bigint not null,
    constraint product_code_taken unique (brand_id, code)
);
create index product_category on product (brand_id, category);

create table sku (
    id bigint primary key,
    brand_id bigint not null,
    product_id bigint not null,
    code text not null,
    name text not null,
    price bigint not null check (price >= 0),
    constraint sku_code_taken unique (brand_id, code)
);
create index sku_product on sku (product_id);

create table stock (
    sku_id bigint not null,
    store_id bigint not null,
    brand_id bigint not null,
    on_hand bigint not null check (on_hand >= 0),
    held bigint not null default 0,
    backorder bigint not null default 0,
    check (held >= 0 and held <= on_hand + backorder),
    primary key (sku_id, store_id)
) clustered;

create index stock_store on stock (store_id, sku_id);

create table stock_move (
    id bigint primary key,
    brand_id bigint not null,
    sku_id bigint not null,
    store_id bigint not null,
    delta bigint not null,
    reason text not null,
    order_id bigint,
    actor text,
    at bigint not null
);
create index stock_move_of on stock_move (sku_id, store_id);

create table cart_line (
    person_id bigint not null,
    sku_id bigint not null,
    brand_id bigint not null,
    quantity bigint not null check (quantity > 0),
    at bigint not null,
    primary key (person_id, sku_id)
) clustered;

create table address (
    person_id bigint primary key,
    brand_id bigint not null,
    name text not null,
    phone text not null,
    region text not null,
    detail text not null
);

create table orders (
    id bigint primary key,
    brand_id bigint not null,
    person_id bigint not null,
    store_id bigint not null,
    -- the merchant's own number for imported orders
    no text,
    source text not null,
    state text not null check (state in ('placed', 'closing', 'paid', 'paid_late', 'ready', 'fulfilled', 'completed', 'cancelled', 'refunded')),
    -- why a closing order closes: user, ttl
    closing text,
    version bigint not null default 1,
    delivery text not null,
    goods bigint not null check (goods >= 0),
    freight bigint not null check (freight >= 0),
    total bigint not null check (total >= 0),
    paid bigint not null default 0,
    refunded bigint not null default 0,
    units bigint not null,
    address text,
    note text,
    pickup_code text,
    referrer_id bigint,
    commission_bp bigint,
    placed_at bigint not null,
    paid_at bigint,
    expires_at bigint,
    check (refunded >= 0 and refunded <= paid)
);
create index orders_person on orders (person_id, placed_at);
create index orders_placed on orders (brand_id, placed_at, id);
create index orders_referrer on orders (referrer_id) where referrer_id is not null;
create index orders_closing on orders (id) where state = 'closing';
create unique index orders_no_taken on orders (brand_id, no) where no is not null;

create table order_line (
    order_id bigint not null,
    n bigint not null,
    sku_id bigint,
    name text not null,
    quantity bigint not null check (quantity > 0),
    price bigint not null,
    amount bigint not null check (amount >= 0),
    refunded_quantity bigint not null default 0,
    refunded bigint not null default 0,
    check (refunded >= 0 and refunded <= amount),
    check (refunded_quantity >= 0 and refunded_quantity <= quantity),
    primary key (order_id, n)
) clustered;

create table hold (
    order_id bigint not null,
    n bigint not null,
    sku_id bigint not null,
    store_id bigint not null,
    quantity bigint not null,
    state text not null check (state in ('held', 'committed', 'shipped', 'released')),
    primary key (order_id, n)
) clustered;

create table payment (
    id bigint primary key,
    brand_id bigint not null,
    order_id bigint not null,
    version bigint not null,
    provider text not null,
    amount bigint not null check (amount >= 0),
    state text not null check (state in ('open', 'paid', 'closed', 'failed', 'mismatch')),
    channel_no text,
    captured bigint not null default 0,
    refund_reserved bigint not null default 0,
    opened_at bigint not null,
    settled_at bigint,
    check (refund_reserved >= 0 and refund_reserved <= captured)
);
create index payment_order on payment (order_id);
create unique index payment_one_open on payment (order_id, provider) where state = 'open';
create unique index payment_channel_no on payment (provider, channel_no) where channel_no is not null;

create table refund (
    id bigint primary key,
    brand_id bigint not null,
    order_id bigint not null,
    payment_id bigint not null,
    amount bigint not null check (amount >= 0),
    freight bigint not null default 0,
    lines text not null,
    state text not null check (state in ('requested', 'sent', 'succeeded', 'closed', 'abnormal', 'voided')),
    reason text not null,
    actor text,
    tries bigint not null default 0,
    error text,
    created_at bigint not null,
    settled_at bigint
);
create index refund_order on refund (order_id);
create index refund_due on refund (state, id) where state in ('requested', 'sent');

create table login_code (
    brand_id bigint not null,
    address text not null,
    code text not null,
    tries bigint not null,
    expires_at bigint not null,
    primary key (brand_id, address)
) clustered;

create table buyer_session (
    token text primary key,
    brand_id bigint not null,
    person_id bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);
