//! Pages of a listing, by keyset: a page starts after a token, not at a number, so that tokens that are added or removed between
//! two pages make none repeat or disappear.

use std::fmt::Write;

use rusqlite::{Connection, ToSql, params_from_iter};

use super::super::error::StoreError;
use super::super::listing::{ListTokens, Page, SortBy, SortKey};
use super::row::{SELECT_TOKENS, token_record};

/// The most tokens of a page that is read on the thread that serves requests.
const SHORT: u32 = 100;

/// Returns whether a page is read so quickly that another thread would not be worth it.
pub(super) fn is_short(list: &ListTokens) -> bool {
    list.limit <= SHORT && !list.count_total
}

pub(super) fn page(connection: &Connection, list: &ListTokens) -> Result<Page, StoreError> {
    // Both in the connection's transaction, so that the total and the page are of the same snapshot.
    let total = if list.count_total {
        Some(count(connection, list)?)
    } else {
        None
    };
    read(connection, list, total)
}

fn count(connection: &Connection, list: &ListTokens) -> Result<u64, StoreError> {
    let mut sql =
        "SELECT COUNT(*) FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti".to_owned();
    sql.push_str(filter(list));
    let count: i64 = connection.prepare_cached(&sql)?.query_row(
        [list.user_id.to_string(), list.business_id.to_string()],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
}

fn read(
    connection: &Connection,
    list: &ListTokens,
    total: Option<u64>,
) -> Result<Page, StoreError> {
    let descending = list.reads_descending();
    let column = match list.sort_by {
        SortBy::CreatedAt => "t.created_at",
        SortBy::ExpiresAt => "t.expires_at",
        SortBy::Name => "t.name",
    };
    let mut sql = format!("{SELECT_TOKENS}{}", filter(list));
    let mut parameters: Vec<Box<dyn ToSql>> = vec![
        Box::new(list.user_id.to_string()),
        Box::new(list.business_id.to_string()),
    ];
    if let Some(place) = &list.cursor {
        let sign = if descending { '<' } else { '>' };
        let _ = write!(sql, " AND ({column}, t.id) {sign} (?, ?)");
        parameters.push(match &place.key {
            SortKey::Instant(instant) => Box::new(instant.as_micros()),
            SortKey::Text(text) => Box::new(text.clone()),
        });
        parameters.push(Box::new(place.id.to_string()));
    }
    let order = if descending { "DESC" } else { "ASC" };
    let _ = write!(sql, " ORDER BY {column} {order}, t.id {order} LIMIT ?");
    // One more than asked for shows whether there are more.
    parameters.push(Box::new(i64::from(list.limit) + 1));

    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    let (mut tokens, mut more) = (Vec::new(), false);
    while let Some(row) = rows.next()? {
        if tokens.len() == list.limit as usize {
            more = true;
            break;
        }
        tokens.push(token_record(row)?);
    }
    Ok(list.page_of(tokens, more, total))
}

fn filter(list: &ListTokens) -> &'static str {
    if list.include_revoked {
        " WHERE t.user_id = ? AND t.business_id = ?"
    } else {
        " WHERE t.user_id = ? AND t.business_id = ? AND r.jti IS NULL"
    }
}
