//! What this chapter holds of a person, and how it lets go of it. The row of a message stays without an
//! address: the results of a campaign count it.
use weir_ground::base::Result;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::Tx;
use weir_know::person::erase::held::{self, MINE, Sections};
use weir_know::person::erase::{Chapter, Erasing, nothing_to_search};

pub const CHAPTER: Chapter = Chapter { refuse: |_, _| Ok(()), erase, search: nothing_to_search, held: of };

fn erase(tx: &mut Tx, e: &mut Erasing) -> Result<()> {
    e.each(
        tx,
        "messages_stopped",
        "update message set state = 'skipped', reason = 'erased', due_at = null where person_id = $1 and state = 'intent'",
    )?;
    e.each(tx, "mails", "delete from sandbox_mail where message_id in (select id from message where person_id = $1)")?;
    // Codes of reasons are counted; what a mail server said in words may name the address.
    e.each(
        tx,
        "messages",
        "update message set address = null, reason = case when reason like '% %' then null else reason end \
         where person_id = $1 and (address is not null or reason like '% %')",
    )
}

fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Sections> {
    let sql = format!(
        "select m.id, c.name, m.channel, m.state, m.reason, m.address, c.subject, c.body, m.decided_at, m.sent_at, m.read_at, m.clicked_at \
         from message m join campaign c on c.id = m.campaign_id where m.person_id {MINE} order by m.id"
    );
    let names = ["id", "campaign", "channel", "state", "reason", "address", "subject", "body", "decided_at", "sent_at", "read_at", "clicked_at"];
    Ok(vec![("messages", held::rows(tx, (brand, root), &sql, &names)?)])
}
