//! Pages of a listing, by keyset: a page starts after a token, not at a number, so that tokens that are added or removed between
//! two pages make none repeat or disappear.
//!
//! Most requests ask for a short first page. Those are read for many requests in one statement, any other page by itself.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{AssertSqlSafe, Connection, QueryBuilder, Row};
use uuid::Uuid;

use super::super::error::StoreError;
use super::super::listing::{ListTokens, Page, SortBy, SortKey};
use super::super::records::TokenRecord;
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::row::{TOKEN_COLUMNS, token_columns, token_record};
use super::snapshot::Snapshot;
use super::snapshot_cache::SnapshotCache;

/// Tokens with their revocations, for [`token_record`].
const SELECT_TOKENS: &str = concat!(
    "SELECT ",
    token_columns!(),
    " FROM tokens t LEFT JOIN LATERAL (SELECT * FROM revocations r WHERE r.jti = t.jti LIMIT 1) r ON true"
);

/// The most tokens of a page that is read together with others, so that one statement of many such pages stays small.
const SHORT: u32 = 100;

/// Returns whether a page can be read together with those of other requests.
pub(super) fn is_short_first(list: &ListTokens) -> bool {
    list.cursor.is_none() && !list.count_total && list.limit <= SHORT
}

/// Reads of first pages.
#[derive(Debug)]
pub(super) struct FirstPages {
    pub(super) connections: Arc<Connections>,
    pub(super) cache: Arc<SnapshotCache>,
}

/// A listing, for a request that was authenticated at this snapshot.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) list: ListTokens,
    pub(super) at: Arc<Snapshot>,
}

impl Batch for FirstPages {
    type Question = Question;
    type Answer = Page;

    async fn ask(&self, questions: &[Question]) -> Result<Vec<Page>, StoreError> {
        // One statement for each order and filter, which are nearly always the same.
        let mut shapes: HashMap<Shape, Vec<usize>> = HashMap::new();
        for (nth, question) in questions.iter().enumerate() {
            let shape = Shape::of(&question.list);
            shapes.entry(shape).or_default().push(nth);
        }
        let mut pages = vec![None; questions.len()];
        for (shape, places) in shapes {
            let lists = || places.iter().map(|&nth| &questions[nth].list);
            let ask = First {
                shape,
                users: lists().map(|list| list.user_id).collect(),
                businesses: lists().map(|list| list.business_id).collect(),
                limits: lists().map(one_more).collect(),
            };
            let tokens = self.connections.read(&ask).await?;
            for (nth, tokens) in places.into_iter().zip(tokens) {
                let Question { list, at } = &questions[nth];
                let page = list.page(tokens, None);
                self.cache.add_page(at, list, &page);
                pages[nth] = Some(page);
            }
        }
        let missing = || StoreError::Inconsistent("a page was not read".to_owned());
        pages
            .into_iter()
            .map(|page| page.ok_or_else(missing))
            .collect()
    }
}

/// The filter of a page, and the order in which it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shape {
    include_revoked: bool,
    sort_by: SortBy,
    descending: bool,
}

impl Shape {
    fn of(list: &ListTokens) -> Self {
        Self {
            include_revoked: list.include_revoked,
            sort_by: list.sort_by,
            descending: list.reads_descending(),
        }
    }

    /// Returns the column that tokens are sorted by, and the direction.
    fn order(self) -> (&'static str, &'static str) {
        let column = match self.sort_by {
            SortBy::CreatedAt => "t.created_at",
            SortBy::ExpiresAt => "t.expires_at",
            SortBy::Name => "t.name",
        };
        (column, if self.descending { "DESC" } else { "ASC" })
    }

    /// Writes the statement: for each user and business the first tokens, as many as each asks for, with the number of the
    /// question, which counts from 1.
    fn sql(self) -> String {
        let (column, order) = self.order();
        let filter = if self.include_revoked {
            ""
        } else {
            " AND r.jti IS NULL"
        };
        format!(
            "SELECT p.*, q.nth FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) WITH ORDINALITY
             AS q (user_id, business_id, most, nth)
             CROSS JOIN LATERAL ({SELECT_TOKENS} WHERE t.user_id = q.user_id AND t.business_id = q.business_id{filter}
             ORDER BY {column} {order}, t.id {order} LIMIT q.most) p"
        )
    }

    /// Sorts the tokens of one page: SQL promises the order of a subquery alone, and not of a join with it. They are sorted
    /// already in practice, which takes one pass.
    fn sort(self, tokens: &mut [TokenRecord]) {
        tokens.sort_by(|one, other| {
            let keys = match self.sort_by {
                SortBy::CreatedAt => one.created_at.cmp(&other.created_at),
                SortBy::ExpiresAt => one.expires_at.cmp(&other.expires_at),
                SortBy::Name => one.name.cmp(&other.name),
            };
            let ascending = keys.then(one.id.cmp(&other.id));
            if self.descending {
                ascending.reverse()
            } else {
                ascending
            }
        });
    }
}

/// First pages of one shape.
#[derive(Debug)]
struct First {
    shape: Shape,
    users: Vec<Uuid>,
    businesses: Vec<Uuid>,
    limits: Vec<i64>,
}

impl Work for First {
    type Output = Vec<Vec<TokenRecord>>;

    /// Reads the tokens of each page, in the order of the questions.
    async fn run_on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        // It consists of words of this file alone.
        let rows = sqlx::query(AssertSqlSafe(self.shape.sql()))
            .bind(&self.users)
            .bind(&self.businesses)
            .bind(&self.limits)
            .fetch_all(connection)
            .await?;
        let mut pages = Vec::new();
        pages.resize_with(self.users.len(), Vec::new);
        for row in &rows {
            let nth: i64 = row.try_get(TOKEN_COLUMNS)?;
            let page: Option<&mut Vec<TokenRecord>> = usize::try_from(nth - 1)
                .ok()
                .and_then(|at| pages.get_mut(at));
            let page = page.ok_or_else(|| {
                StoreError::Inconsistent("a page that no request asked for".to_owned())
            })?;
            page.push(token_record(row)?);
        }
        for page in &mut pages {
            self.shape.sort(page);
        }
        Ok(pages)
    }
}

/// One page of any listing.
impl Work for ListTokens {
    type Output = Page;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Page, StoreError> {
        if !self.count_total {
            return read(connection, self, None).await;
        }
        // One snapshot, so that the total fits the page.
        let mut transaction = connection
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let total = count(&mut transaction, self).await?;
        let page = read(&mut transaction, self, Some(total)).await?;
        transaction.commit().await?;
        Ok(page)
    }
}

async fn count(connection: &mut PgConnection, list: &ListTokens) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT COUNT(*) FROM tokens t LEFT JOIN LATERAL (SELECT * FROM revocations r WHERE r.jti = t.jti LIMIT 1) r ON true",
    );
    push_filter(&mut query, list);
    let row = query.build().fetch_one(connection).await?;
    Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
}

async fn read(
    connection: &mut PgConnection,
    list: &ListTokens,
    total: Option<u64>,
) -> Result<Page, StoreError> {
    let shape = Shape::of(list);
    let (column, order) = shape.order();
    let mut query = QueryBuilder::<Postgres>::new(SELECT_TOKENS);
    push_filter(&mut query, list);
    if let Some(place) = &list.cursor {
        let sign = if shape.descending { '<' } else { '>' };
        query.push(format_args!(" AND ({column}, t.id) {sign} ("));
        match &place.key {
            SortKey::Instant(instant) => query.push_bind(instant.as_utc()),
            SortKey::Text(text) => query.push_bind(text.clone()),
        };
        query.push(", ").push_bind(place.id).push(")");
    }
    query.push(format_args!(
        " ORDER BY {column} {order}, t.id {order} LIMIT "
    ));
    query.push_bind(one_more(list));
    let rows = query.build().fetch_all(connection).await?;
    let tokens = rows
        .iter()
        .map(token_record)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(list.page(tokens, total))
}

/// Returns how many tokens are read: one more than asked for shows whether there are more.
fn one_more(list: &ListTokens) -> i64 {
    i64::from(list.limit) + 1
}

fn push_filter(query: &mut QueryBuilder<Postgres>, list: &ListTokens) {
    query.push(" WHERE t.user_id = ").push_bind(list.user_id);
    query
        .push(" AND t.business_id = ")
        .push_bind(list.business_id);
    if !list.include_revoked {
        query.push(" AND r.jti IS NULL");
    }
}
