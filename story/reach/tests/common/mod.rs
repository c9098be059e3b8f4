//! A small shop for the tests of this chapter.
#![allow(dead_code)]
use weir_ground::base::{Fen, Id, Ms, ids};
use weir_ground::config::Config;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Db, Trail, params};
use weir_keep::brand::{NewBrand, Settings};
use weir_keep::{Staff, brand};
use weir_know::consent::{self, SetConsent};
use weir_know::{Audience, identity, tag};
use weir_reach::campaign::{self, AddCampaign, Campaign};
use weir_reach::channel::ChannelKind;

pub struct Shop {
    pub db: Db,
    pub brand: BrandId,
}

pub fn config() -> Config {
    Config {
        data: "unused".into(),
        database_url: None,
        public_url: "https://shop.example".into(),
        smtp_url: None,
        mail_from: "堰 <shop@shop.example>".into(),
        secure: true,
    }
}

impl Shop {
    pub fn new(db: &Db) -> Shop {
        let brand = db
            .write_now(|tx| {
                let new = NewBrand {
                    code: "tea".into(),
                    name: "茶 & Tea".into(),
                    timezone: "Asia/Shanghai".into(),
                    currency: "CNY".into(),
                    sandbox: true,
                    settings: Settings::default(),
                };
                brand::create(tx, &new)
            })
            .unwrap();
        Shop { db: db.clone(), brand }
    }

    pub fn who(&self) -> Staff {
        Staff::system(self.brand)
    }

    /// A known person with an e-mail and, if told so, consent on a channel.
    pub fn person(&self, n: usize, channel: Option<&str>) -> PersonId {
        self.add(n..n + 1, channel)[0]
    }

    pub fn persons(&self, numbers: std::ops::Range<usize>, channel: &str) -> Vec<PersonId> {
        self.add(numbers, Some(channel))
    }

    fn add(&self, numbers: std::ops::Range<usize>, channel: Option<&str>) -> Vec<PersonId> {
        let (brand, channel) = (self.brand, channel.map(str::to_string));
        self.db
            .write_now(move |tx| {
                let mut out = vec![];
                for n in numbers.clone() {
                    let (user, mail) = (format!("u{n}"), format!("p{n}@mail.example"));
                    let person = identity::resolve(tx, brand, &[("user_id", &user), ("email", &mail)], "test")?;
                    tag::add(tx, brand, person, "tea", "test", None)?;
                    tx.exec("update person set name = $1 where id = $2", params![&format!("客{n}"), person])?;
                    if let Some(channel) = &channel {
                        consent::set(tx, brand, person, &says(channel, "granted"), "test", None)?;
                    }
                    out.push(person);
                }
                Ok(out)
            })
            .unwrap()
    }

    pub fn consent(&self, person: PersonId, channel: &str, status: &str) {
        let (brand, says) = (self.brand, says(channel, status));
        // Consent has an order in time: a moment passes.
        self.db.set_clock(self.db.now() + 1);
        self.db.write_now(move |tx| consent::set(tx, brand, person, &says, "test", None)).unwrap();
    }

    pub fn draft(&self, channel: ChannelKind, holdout_bp: i64) -> Campaign {
        let who = self.who();
        let new = AddCampaign {
            name: "春茶上新".into(),
            channel,
            subject: "{{name|您}}，春茶到了".into(),
            body: "明前龙井已到店。".into(),
            link: Some("/m/?tp=spring".into()),
            audience: Audience { tags: vec!["tea".into()], ..Audience::default() },
            holdout_bp: Some(holdout_bp),
            cost_per_message_fen: Some(Fen(5)),
        };
        self.db.write_now(move |tx| campaign::add(tx, &who, &new)).unwrap()
    }

    pub fn launched(&self, channel: ChannelKind, holdout_bp: i64) -> Campaign {
        let (who, id) = (self.who(), self.draft(channel, holdout_bp).id);
        self.db.write_now(move |tx| campaign::launch(tx, &who, id)).unwrap()
    }

    pub fn get(&self, id: ids::CampaignId) -> Campaign {
        let brand = self.brand;
        self.db.read_now(move |tx| campaign::get(tx, brand, id)).unwrap()
    }

    /// A paid order of a person; `refunded` of it went back.
    pub fn order(&self, person: PersonId, at: Ms, paid: i64, refunded: i64) {
        let brand = self.brand;
        self.db
            .write_now(move |tx| {
                let (id, store): (ids::OrderId, ids::StoreId) = (tx.new_id(), Id::new(1));
                let state = if refunded == paid { "refunded" } else { "completed" };
                tx.exec(
                    "insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, paid, refunded, \
                     units, placed_at, paid_at) values ($1, $2, $3, $4, 'test', $5, 'pickup', $6, 0, $6, $6, $7, 1, $8, $8)",
                    params![id, brand, person, store, state, paid, refunded, at],
                )?;
                tx.trail(Trail::Order, person, at, id)
            })
            .unwrap();
    }

    pub fn count(&self, sql: &str) -> i64 {
        let sql = sql.to_string();
        self.db.read_now(move |tx| tx.one(&sql, &[])).unwrap()
    }

    /// The state of a person's message.
    pub fn state(&self, campaign: ids::CampaignId, person: PersonId) -> (String, Option<String>) {
        self.db
            .read_now(move |tx| {
                tx.one(
                    "select state, reason from message where campaign_id = $1 and person_id = $2",
                    params![campaign, person],
                )
            })
            .unwrap()
    }
}

pub fn says(channel: &str, status: &str) -> SetConsent {
    SetConsent {
        purpose: "marketing".into(),
        channel: channel.into(),
        status: status.into(),
        proof: Some("test".into()),
    }
}

