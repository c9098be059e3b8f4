-- A placed order is its own timer: it is due at `expires_at` as long as it is placed.
create index orders_expiring on orders (expires_at, id) where state = 'placed';
delete from timer where kind = 'order.expire';
