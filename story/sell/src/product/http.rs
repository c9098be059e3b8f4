//! Products over HTTP, for staff.
use super::*;
use axum::extract::State;
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_keep::{May, Staff};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindProducts {
    /// Part of the name or code.
    pub q: Option<String>,
    pub category: Option<String>,
    /// `on_sale` or `off_sale`
    pub status: Option<String>,
}

fn list(tx: &mut Tx, who: &Staff, find: &FindProducts, page: &Page) -> Result<List<Product>> {
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let like = tx.engine().like();
    let q = find.q.as_deref().map(str::trim).filter(|q| !q.is_empty() && !q.contains('\0')).map(|q| format!("%{q}%"));
    let clean = |t: &Option<String>| t.clone().filter(|t| !t.is_empty() && !t.contains('\0'));
    let (category, status) = (clean(&find.category), clean(&find.status));
    let filter = format!(
        "p.brand_id = $1 and (cast($2 as text) is null or p.name {like} $2 or p.name_en {like} $2 or p.code {like} $2) \
         and (cast($3 as text) is null or p.category = $3) and (cast($4 as text) is null or p.status = $4)"
    );
    let total = tx.one(
        &format!("select count(*) from product p where {filter}"),
        params![who.brand, &q, &category, &status],
    )?;
    let rows: Vec<Product> = tx.all(
        &format!("{SELECT} where {filter} and p.id < $5 order by p.id desc limit $6"),
        params![who.brand, &q, &category, &status, before, limit + 1],
    )?;
    let mut list = List::page(rows, limit, |p| p.id.n().to_string());
    list.items = list.items.into_iter().map(|p| with_skus(tx, p)).collect::<Result<_>>()?;
    list.total = Some(total);
    Ok(list)
}

/// Products, newest first.
#[utoipa::path(get, path = "/api/v1/products", tag = "sell", params(FindProducts, Page), responses((status = 200, body = List<Product>)))]
pub async fn list_products(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindProducts>,
    Query(page): Query<Page>,
) -> Answer<Json<List<Product>>> {
    Ok(Json(app.db.read(move |tx| list(tx, &who, &find, &page)).await?))
}

/// Add a product with its SKUs.
#[utoipa::path(post, path = "/api/v1/products", tag = "sell", request_body = AddProduct, responses((status = 200, body = Product)))]
pub async fn add_product(State(app): State<App>, who: Staff, once: Once, Json(body): Json<AddProduct>) -> Answer<Said> {
    who.need(May::ProductWrite)?;
    let once = once.of(&body);
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                let id = add(tx, who.brand, &who.actor, &body)?;
                get(tx, who.brand, id)
            })
        })
        .await?)
}

/// One product.
#[utoipa::path(get, path = "/api/v1/products/{id}", tag = "sell", params(("id" = ProductId, Path)), responses((status = 200, body = Product)))]
pub async fn get_product(State(app): State<App>, who: Staff, Path(id): Path<ProductId>) -> Answer<Json<Product>> {
    Ok(Json(app.db.read(move |tx| get(tx, who.brand, id)).await?))
}

/// Change a product; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/products/{id}", tag = "sell", params(("id" = ProductId, Path)), request_body = EditProduct, responses((status = 200, body = Product)))]
pub async fn edit_product(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<ProductId>,
    Json(body): Json<EditProduct>,
) -> Answer<Json<Product>> {
    who.need(May::ProductWrite)?;
    Ok(Json(app.db.write(move |tx| edit(tx, who.brand, &who.actor, id, &body)).await?))
}

/// A category and how many products on sale it has.
#[derive(Debug, Serialize, ToSchema)]
pub struct Category {
    pub code: String,
    pub zh: String,
    pub en: String,
    pub products: i64,
}
from_row!(Category { code, zh, en, products });

pub(crate) fn categories(tx: &mut Tx, brand: BrandId) -> Result<Vec<Category>> {
    tx.all(
        "select c.code, c.zh, c.en, count(p.id) as n from category c left join product p on p.brand_id = c.brand_id \
         and p.category = c.code and p.status = 'on_sale' where c.brand_id = $1 group by c.code, c.zh, c.en order by n desc, c.code",
        params![brand],
    )
}

/// Categories, the fullest first.
#[utoipa::path(get, path = "/api/v1/categories", tag = "sell", responses((status = 200, body = List<Category>)))]
pub async fn list_categories(State(app): State<App>, who: Staff) -> Answer<Json<List<Category>>> {
    Ok(Json(List::all(app.db.read(move |tx| categories(tx, who.brand)).await?)))
}
