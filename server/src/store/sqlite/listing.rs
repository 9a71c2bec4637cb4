//! Pages of a listing, by keyset: a page starts behind a token, not at a number, so that tokens that come and go between two
//! pages make none repeat or disappear.

use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};

use super::super::{Direction, ListTokens, Page, SortBy, SortKey, StoreError};
use super::row::{SELECT_TOKENS, token_record};

pub(super) async fn page(pool: &SqlitePool, list: &ListTokens) -> Result<Page, StoreError> {
    // One read transaction, so that the total and the page are of the same moment.
    let mut transaction = pool.begin().await?;

    let total = if list.count_total {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT COUNT(*) FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti",
        );
        push_filter(&mut query, list);
        let count: i64 = query
            .build()
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        Some(u64::try_from(count).unwrap_or_default())
    } else {
        None
    };

    // Walking back is walking forth in the opposite order.
    let backwards = list.direction == Direction::Prev;
    let descending = list.descending != backwards;
    let column = match list.sort_by {
        SortBy::CreatedAt => "t.created_at",
        SortBy::ExpiresAt => "t.expires_at",
        SortBy::Name => "t.name",
    };
    let mut query = QueryBuilder::<Sqlite>::new(SELECT_TOKENS);
    push_filter(&mut query, list);
    if let Some(place) = &list.cursor {
        query.push(format_args!(
            " AND ({column}, t.id) {} (",
            if descending { '<' } else { '>' }
        ));
        match &place.key {
            SortKey::Instant(instant) => query.push_bind(instant.as_micros()),
            SortKey::Text(text) => query.push_bind(text.clone()),
        };
        query.push(", ").push_bind(place.id.to_string()).push(")");
    }
    let order = if descending { "DESC" } else { "ASC" };
    query.push(format_args!(
        " ORDER BY {column} {order}, t.id {order} LIMIT "
    ));
    // One more than asked for tells whether there is more.
    query.push_bind(i64::from(list.limit) + 1);
    let rows = query.build().fetch_all(&mut *transaction).await?;

    let more = rows.len() > list.limit as usize;
    let mut tokens = rows
        .iter()
        .take(list.limit as usize)
        .map(token_record)
        .collect::<Result<Vec<_>, _>>()?;
    if backwards {
        tokens.reverse();
    }
    // Behind us lies at least the token of the cursor.
    let behind = list.cursor.is_some();
    let (has_next, has_prev) = if backwards {
        (behind, more)
    } else {
        (more, behind)
    };
    Ok(Page {
        tokens,
        has_next,
        has_prev,
        total,
    })
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, list: &ListTokens) {
    query
        .push(" WHERE t.user_id = ")
        .push_bind(list.user_id.to_string());
    query
        .push(" AND t.business_id = ")
        .push_bind(list.business_id.to_string());
    if !list.include_revoked {
        query.push(" AND r.jti IS NULL");
    }
}
