//! Roles: what each may do. One table, shown on the staff page and asked at every door.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};
use weir_ground::http::{Answer, Json, List};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Operator,
    StoreManager,
    Guide,
    ReadOnly,
}

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    PersonRead,
    PersonWrite,
    /// See phones, e-mails and addresses whole, one at a time and on record.
    PersonReveal,
    /// Erase a person for good.
    PersonErase,
    TouchpointWrite,
    CampaignWrite,
    CampaignLaunch,
    ProductWrite,
    StockWrite,
    OrderRead,
    OrderFulfil,
    OrderRefund,
    ImportRun,
    MeasureRead,
    LedgerRead,
    StaffWrite,
    SettingsWrite,
    KeyWrite,
    AuditRead,
}

impl May {
    pub const ALL: [May; 19] = [
        May::PersonRead, May::PersonWrite, May::PersonReveal, May::PersonErase, May::TouchpointWrite, May::CampaignWrite, May::CampaignLaunch,
        May::ProductWrite, May::StockWrite, May::OrderRead, May::OrderFulfil, May::OrderRefund, May::ImportRun,
        May::MeasureRead, May::LedgerRead, May::StaffWrite, May::SettingsWrite, May::KeyWrite, May::AuditRead,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            May::PersonRead => "person.read",
            May::PersonWrite => "person.write",
            May::PersonReveal => "person.reveal",
            May::PersonErase => "person.erase",
            May::TouchpointWrite => "touchpoint.write",
            May::CampaignWrite => "campaign.write",
            May::CampaignLaunch => "campaign.launch",
            May::ProductWrite => "product.write",
            May::StockWrite => "stock.write",
            May::OrderRead => "order.read",
            May::OrderFulfil => "order.fulfil",
            May::OrderRefund => "order.refund",
            May::ImportRun => "import.run",
            May::MeasureRead => "measure.read",
            May::LedgerRead => "ledger.read",
            May::StaffWrite => "staff.write",
            May::SettingsWrite => "settings.write",
            May::KeyWrite => "key.write",
            May::AuditRead => "audit.read",
        }
    }
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Owner, Role::Operator, Role::StoreManager, Role::Guide, Role::ReadOnly];

    pub const fn code(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Operator => "operator",
            Role::StoreManager => "store_manager",
            Role::Guide => "guide",
            Role::ReadOnly => "read_only",
        }
    }

    pub fn parse(code: &str) -> Result<Role> {
        Role::ALL
            .into_iter()
            .find(|r| r.code() == code)
            .ok_or_else(|| Problem::field("role", "use owner, operator, store_manager, guide or read_only"))
    }

    pub const fn may(self, what: May) -> bool {
        use May::*;
        match self {
            Role::Owner => true,
            Role::Operator => !matches!(what, StaffWrite | SettingsWrite | KeyWrite | PersonErase),
            Role::StoreManager => matches!(
                what,
                PersonRead | PersonWrite | PersonReveal | TouchpointWrite | StockWrite | OrderRead | OrderFulfil | OrderRefund
            ),
            Role::Guide => matches!(what, PersonRead | PersonWrite | OrderRead | OrderFulfil),
            Role::ReadOnly => matches!(what, PersonRead | OrderRead | MeasureRead | LedgerRead | AuditRead),
        }
    }

    /// Store managers and guides work within their stores; the others see the whole brand.
    pub const fn within_stores(self) -> bool {
        matches!(self, Role::StoreManager | Role::Guide)
    }
}

/// What a role may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleRow {
    pub role: Role,
    /// Permission codes, such as `campaign.launch`.
    pub may: Vec<&'static str>,
}

/// What each role may do.
#[utoipa::path(get, path = "/api/v1/roles", tag = "keep", responses((status = 200, body = List<RoleRow>)))]
pub async fn list_roles(_: crate::Staff) -> Answer<Json<List<RoleRow>>> {
    let row = |role: Role| RoleRow { role, may: May::ALL.iter().filter(|m| role.may(**m)).map(|m| m.code()).collect() };
    Ok(Json(List::all(Role::ALL.into_iter().map(row).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_owners_hire_and_only_readers_never_write() {
        let reveal: Vec<Role> = Role::ALL.into_iter().filter(|r| r.may(May::PersonReveal)).collect();
        assert_eq!(reveal, [Role::Owner, Role::Operator, Role::StoreManager]);
        assert!(Role::Owner.may(May::StaffWrite) && !Role::Operator.may(May::StaffWrite));
        for what in May::ALL {
            assert!(!Role::ReadOnly.may(what) || what.code().ends_with(".read"), "{}", what.code());
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.code()), Ok(role));
        }
    }
}
