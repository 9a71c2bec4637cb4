//! The companion operation that lists tokens, as far as revocation depends on it.

use reqwest::Method;
use serde_json::{Value, json};

use super::clauses;
use crate::case::{Case, Stop, steps};
use crate::deployment::leak::Leaked;
use crate::percent::percent_encoded;

pub(super) const CASES: &[Case] = &[
    Case::must("list.refuses_anonymous", clauses::AUTHENTICATION)
        .list()
        .steps(steps!(|t| {
            let request = t.operator().list("").without("authorization");
            t.send("list without a credential", request)
                .await?
                .status_is(&[401])
        })),
    Case::must("list.refuses_garbage", clauses::AUTHENTICATION)
        .list()
        .steps(steps!(|t| {
            let request = t
                .operator()
                .list("")
                .set("authorization", "Bearer dz_garbage");
            t.send("list with garbage as the token", request)
                .await?
                .status_is(&[401])
        })),
    Case::must(
        "list.refuses_head_without_a_credential",
        clauses::AUTHENTICATION,
    )
    .list()
    .steps(steps!(|t| {
        // HEAD shows the headers of GET, such as the length of the list, to whoever may see them (RFC 9110, section 9.3.2).
        for (what, credential) in [
            ("without a credential", None),
            ("with garbage as the token", Some("Bearer dz_garbage")),
        ] {
            let head = t.operator().list("").without("authorization");
            let head = head.method(Method::HEAD);
            let head = match credential {
                Some(credential) => head.set("authorization", credential),
                None => head,
            };
            let answer = t.send(&format!("HEAD of the list, {what}"), head).await?;
            // Where HEAD is not supported, any other refusal is right.
            let (status, expected) = (answer.status(), "no success");
            let held = answer.expect("status", status / 100 != 2, expected, status);
            held.inspect_err(|_| answer.name_status(&[401]))?;
        }
        Ok(())
    })),
    Case::must("list.shows_no_secret", clauses::CREATE)
        .own(1)
        .list()
        .steps(steps!(|t| {
            let entry = t.entry(&t.operator(), &t.own(0).id).await?;
            let named = |key: &str| matches!(key, "token" | "token_hash" | "hash" | "secret");
            let secrets: Vec<&str> = (entry
                .as_object()
                .into_iter()
                .flat_map(|fields| fields.keys()))
            .map(String::as_str)
            .filter(|key| named(key))
            .collect();
            let outcome = t.expect(
                "the fields of its entry",
                secrets.is_empty(),
                "no token and no hash",
                secrets.join(", "),
            );
            t.name_list_check(&Leaked::Credential.in_the(200));
            outcome
        })),
    Case::should("list.pages_neither_repeat_nor_lose", clauses::LIST)
        .own(3)
        .paged_list()
        .steps(steps!(|t| {
            // Other cases create and revoke tokens at the same time, so only the tokens of this case are counted.
            let listed = t.listed(&t.operator(), "limit=2").await?;
            for n in 0..3 {
                let times = listed
                    .iter()
                    .filter(|item| item["id"] == json!(t.own(n).id))
                    .count();
                t.expect_of_list(
                    "how often a live token is listed in all pages",
                    times == 1,
                    "once",
                    times,
                )?;
            }
            Ok(())
        })),
    Case::should("list.refuses_a_limit_of_zero", clauses::LIST)
        .paged_list()
        .steps(steps!(|t| {
            for query in ["limit=0", "limit=1001", "limit=many"] {
                let answer = t
                    .send(&format!("list with {query}"), t.operator().list(query))
                    .await?;
                answer.status_is(&[400, 422])?;
            }
            Ok(())
        })),
    Case::should("list.entry_is_the_token", clauses::LIST)
        .own(1)
        .room(1)
        .list()
        .steps(steps!(|t| {
            let token = t.own(0);
            let entry = t.entry(&t.operator(), &token.id).await?;
            // A list of another shape need not show both.
            for (key, expected) in [("name", json!(token.name)), ("revoked_at", Value::Null)] {
                let actual = &entry[key];
                let held = *actual == expected || !t.lists_pages() && entry.get(key).is_none();
                t.expect_of_list(&format!("its {key}"), held, &expected, actual)?;
            }
            if !t.deployment().profile.companions.create {
                return Ok(());
            }
            let twin = json!({ "name": token.name, "expires_in_days": 1 });
            let purpose = "create another token with the same name";
            let answer = t.send(purpose, t.operator().create(&twin)).await?;
            // A deployment may refuse a second one.
            if let Some(twin) = t.deployment().ledger.created(answer.json()) {
                for one in [token.id.as_str(), &twin.id] {
                    t.entry(&t.operator(), one).await?;
                }
            }
            Ok(())
        })),
    Case::should("list.sorts_by_name_both_ways", clauses::LIST_ORDER)
        .room(3)
        .paged_list()
        .create()
        .steps(steps!(|t| {
            // Every collation sorts these names in the same order. They are created in another order.
            let family = uuid::Uuid::new_v4().simple().to_string();
            for letter in ["b", "c", "a"] {
                let body = json!({ "name": format!("{family} {letter}"), "expires_in_days": 1 });
                t.create("create a token", &body).await?;
            }
            for (query, expected) in [
                ("sort_by=name&descending=false", "a b c"),
                ("sort_by=name&descending=true", "c b a"),
            ] {
                // With pages of two, the order is also checked across pages.
                let listed = t.listed(&t.operator(), &format!("{query}&limit=2")).await?;
                let order: Vec<&str> = (listed.iter())
                    .filter_map(|item| item["name"].as_str()?.strip_prefix(&*family))
                    .map(str::trim)
                    .collect();
                let what = format!("the order of three names with {query}");
                t.expect_of_list(
                    &what,
                    order.join(" ") == expected,
                    expected,
                    order.join(" "),
                )?;
            }
            Ok(())
        })),
    Case::should("list.newest_and_oldest_first", clauses::LIST_ORDER)
        .waits()
        .room(2)
        .paged_list()
        .create()
        .steps(steps!(|t| {
            let body = || json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let (older, _) = t.create("create a token", &body()).await?;
            // Longer than a second, so that timestamps in whole seconds differ too.
            t.wait(std::time::Duration::from_millis(1100)).await;
            let (newer, _) = t.create("create a newer token", &body()).await?;
            for (descending, older_first) in [(false, true), (true, false)] {
                let query = format!("sort_by=created_at&descending={descending}");
                let listed = t.listed(&t.operator(), &query).await?;
                let place = |id: &str| listed.iter().position(|item| item["id"] == json!(id));
                let (first, second) = (place(&older.id), place(&newer.id));
                let held = first.is_some() && second.is_some() && (first < second) == older_first;
                let what = format!("the positions of an older and a newer token with {query}");
                let expected = if older_first {
                    "the older one first"
                } else {
                    "the newer one first"
                };
                t.expect_of_list(&what, held, expected, format!("{first:?} and {second:?}"))?;
            }
            Ok(())
        })),
    Case::should("list.counts_all_when_asked", clauses::LIST_ORDER)
        .own(3)
        .paged_list()
        .all_places()
        .steps(steps!(|t| {
            let listed = t.listed(&t.operator(), "limit=2").await?.len();
            let query = "limit=2&include_total_count=true";
            let (answer, page) = (t.page(
                "list two tokens, with the total count",
                &t.operator(),
                query,
            ))
            .await?;
            let total = &page["total"];
            answer.expect("total", *total == json!(listed), listed, total)
        })),
    Case::should("list.goes_back_to_the_page_before", clauses::LIST_ORDER)
        .own(3)
        .paged_list()
        .all_places()
        .steps(steps!(|t| {
            let page = async |query: &str| {
                let purpose = format!("list with {query}");
                let (_, page) = t.page(&purpose, &t.operator(), query).await?;
                Ok::<_, Stop>(page)
            };
            let ids = |page: &Value| -> Vec<Value> {
                let items = page["items"].as_array().into_iter().flatten();
                items.map(|item| item["id"].clone()).collect()
            };
            let cursor =
                |page: &Value, key: &str| percent_encoded(page[key].as_str().unwrap_or_default());
            let first = page("limit=2").await?;
            let second = page(&format!("limit=2&cursor={}", cursor(&first, "next_cursor"))).await?;
            let has_prev = &second["has_prev"];
            t.expect_of_list(
                "has_prev of the second page",
                *has_prev == json!(true),
                "true",
                has_prev,
            )?;
            let back = format!(
                "limit=2&direction=prev&cursor={}",
                cursor(&second, "prev_cursor")
            );
            let back = page(&back).await?;
            let (expected, actual) = (json!(ids(&first)), json!(ids(&back)));
            t.expect_of_list(
                "the page before the second",
                expected == actual,
                expected,
                actual,
            )
        })),
    Case::should("list.refuses_an_unknown_cursor", clauses::LIST)
        .paged_list()
        .steps(steps!(|t| {
            let request = t.operator().list("cursor=not-a-cursor");
            let answer = t.send("list with an unknown cursor", request).await?;
            answer.status_is(&[400, 404, 422])
        })),
];
