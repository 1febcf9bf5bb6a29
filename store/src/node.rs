//! Which node carries what: the media of a leg runs in one process, and dies with it.

use uuid::Uuid;
use yoban_domain::id::{AssociationId, LegId, SessionId};

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::plain;

impl Tx {
    /// From now on this node carries the media of a leg.
    ///
    /// # Errors
    /// `Reference` when the session belongs to another association.
    pub async fn carry_leg(
        &mut self,
        association: AssociationId,
        session: SessionId,
        leg: LegId,
        node: &str,
    ) -> Result<()> {
        run!(
            self,
            "INSERT INTO media_legs (leg_id, association_id, session_id, node) VALUES ($1, $2, $3, $4)
             ON CONFLICT (leg_id) DO UPDATE SET node = excluded.node",
            leg.0,
            association.0,
            session.0,
            plain(node)?
        )?;
        Ok(())
    }

    /// Nobody carries the media of a leg any more.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn drop_leg(&mut self, leg: LegId) -> Result<()> {
        run!(self, "DELETE FROM media_legs WHERE leg_id = $1", leg.0)?;
        Ok(())
    }
}

impl Conn {
    /// The legs whose media is carried, and by which node.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn carried_legs(&mut self, association: AssociationId) -> Result<Vec<(LegId, String)>> {
        let rows = all!(
            self,
            (Uuid, String),
            "SELECT leg_id, node FROM media_legs WHERE association_id = $1 ORDER BY leg_id",
            association.0
        )?;
        Ok(rows.into_iter().map(|(leg, node)| (LegId(leg), node)).collect())
    }
}
