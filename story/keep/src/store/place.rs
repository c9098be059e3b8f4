//! Where a store is, so that others can lead to the nearest one. Kept in millionths of a degree: eleven centimetres.
use crate::{May, Staff, events};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Path};
use weir_ground::{Fact, Tx, params};

/// A place on earth, in millionths of a degree north and east.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub lat: i64,
    pub lng: i64,
}
weir_ground::from_row!(Place { lat, lng });

impl Place {
    /// From degrees; refuses what is not on earth.
    pub fn of(lat: f64, lng: f64) -> Result<Place> {
        for (name, degrees, most) in [("lat", lat, 90.0), ("lng", lng, 180.0)] {
            if degrees.is_nan() || degrees.abs() > most {
                return Err(Problem::field(name, format!("use degrees from -{most} to {most}")));
            }
        }
        Ok(Place { lat: (lat * 1e6).round() as i64, lng: (lng * 1e6).round() as i64 })
    }

    /// From what people write: both or neither.
    pub fn read(lat: Option<&str>, lng: Option<&str>) -> Result<Option<Place>> {
        let degrees = |name: &str, text: &str| -> Result<f64> {
            let number = text.trim().trim_end_matches('°').parse();
            number.map_err(|_| Problem::field(name, format!("{text} is not a number of degrees, such as 31.2304")))
        };
        match (lat, lng) {
            (None, None) => Ok(None),
            (Some(lat), Some(lng)) => Place::of(degrees("lat", lat)?, degrees("lng", lng)?).map(Some),
            (Some(_), None) => Err(Problem::field("lng", "give latitude and longitude together, or neither")),
            (None, Some(_)) => Err(Problem::field("lat", "give latitude and longitude together, or neither")),
        }
    }

    /// Latitude and longitude in degrees.
    pub fn degrees(self) -> (f64, f64) {
        (self.lat as f64 / 1e6, self.lng as f64 / 1e6)
    }
}

/// Where a store is, if it is known.
pub fn of(tx: &mut Tx, store: StoreId) -> Result<Option<Place>> {
    tx.opt("select lat, lng from store_place where store_id = $1", params![store])
}

/// Says where a store of the brand is, or that it is not known. Saying the same again changes nothing.
pub fn set(tx: &mut Tx, brand: BrandId, actor: &str, store: StoreId, place: Option<Place>) -> Result<()> {
    if of(tx, store)? == place {
        return Ok(());
    }
    match place {
        Some(p) => tx.exec(
            "insert into store_place (store_id, brand_id, lat, lng) values ($1, $2, $3, $4) \
             on conflict (store_id) do update set lat = excluded.lat, lng = excluded.lng",
            params![store, brand, p.lat, p.lng],
        )?,
        None => tx.exec("delete from store_place where store_id = $1", params![store])?,
    };
    let (lat, lng) = place.map(Place::degrees).unzip();
    let props = serde_json::json!({ "lat": lat, "lng": lng }).to_string();
    let _ = tx.record(&Fact::new(brand, events::STORE_CHANGED, tx.now()).store(store).actor(actor).props(&props))?;
    Ok(())
}

/// A place in degrees.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorePlace {
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    #[schema(minimum = -180, maximum = 180)]
    pub lng: f64,
}

async fn put(app: &App, who: Staff, id: StoreId, place: Option<Place>) -> Answer<StatusCode> {
    let put = move |tx: &mut Tx| {
        who.check_store(id)?;
        let ours: Option<i64> = tx.opt("select 1 from store where id = $1 and brand_id = $2", params![id, who.brand])?;
        ours.ok_or_else(|| Problem::not_found("store"))?;
        set(tx, who.brand, &who.actor, id, place)
    };
    app.db.write(put).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say where a store is, so that live codes can choose the nearest.
#[utoipa::path(put, path = "/api/v1/stores/{id}/place", tag = "keep", params(("id" = StoreId, Path)), request_body = StorePlace, responses((status = 204)))]
pub async fn place_store(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<StoreId>,
    Json(body): Json<StorePlace>,
) -> Answer<StatusCode> {
    who.need(May::TouchpointWrite)?;
    let place = Place::of(body.lat, body.lng)?;
    put(&app, who, id, Some(place)).await
}

/// Forget where a store is: nobody is led to it as the nearest any more.
#[utoipa::path(delete, path = "/api/v1/stores/{id}/place", tag = "keep", params(("id" = StoreId, Path)), responses((status = 204)))]
pub async fn unplace_store(State(app): State<App>, who: Staff, Path(id): Path<StoreId>) -> Answer<StatusCode> {
    who.need(May::TouchpointWrite)?;
    put(&app, who, id, None).await
}

/// A store and where it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StorePlaced {
    pub store_id: StoreId,
    pub lat: f64,
    pub lng: f64,
}

/// Stores whose place is known.
#[utoipa::path(get, path = "/api/v1/store-places", tag = "keep", responses((status = 200, body = List<StorePlaced>)))]
pub async fn list_store_places(State(app): State<App>, who: Staff) -> Answer<Json<List<StorePlaced>>> {
    who.need(May::PersonRead)?;
    let list = move |tx: &mut Tx| {
        let sql = format!("select store_id, lat, lng from store_place where brand_id = $1{} order by store_id", who.within("store_id"));
        let rows: Vec<(StoreId, i64, i64)> = tx.all(&sql, params![who.brand])?;
        let placed = rows.into_iter().map(|(store_id, lat, lng)| {
            let (lat, lng) = Place { lat, lng }.degrees();
            StorePlaced { store_id, lat, lng }
        });
        Ok(List::all(placed.collect()))
    };
    Ok(Json(app.db.read(list).await?))
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn both_or_neither_and_on_earth() {
        assert_eq!(Place::read(None, None), Ok(None));
        assert_eq!(Place::read(Some("31.2304"), Some(" 121.4737° ")), Ok(Some(Place { lat: 31_230_400, lng: 121_473_700 })));
        assert_eq!(Place::read(Some("-90"), Some("180")), Ok(Some(Place { lat: -90_000_000, lng: 180_000_000 })));
        for (lat, lng, field) in [
            (Some("31"), None, "lng"), (None, Some("121"), "lat"), (Some("90.1"), Some("0"), "lat"), (Some("0"), Some("-180.1"), "lng"),
            (Some("north"), Some("0"), "lat"), (Some("NaN"), Some("0"), "lat"), (Some("1"), Some("inf"), "lng"),
        ] {
            assert_eq!(Place::read(lat, lng).unwrap_err().errors[0].field, field, "{lat:?} {lng:?}");
        }
    }
}
