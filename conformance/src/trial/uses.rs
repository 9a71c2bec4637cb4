//! Checks that a token works or is refused, by requests to the operations that the deployment offers; and the requests to
//! the companion operations.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Trial};
use crate::case::Stop;
use crate::deployment::faults::{BREAKS, LISTS_OTHERS, LIVE_REFUSED, REVOKED_WORKS, undocumented};
use crate::deployment::ledger::{NO_TOKEN, Token, unwrapped};
use crate::deployment::listed;
use crate::percent::percent_encoded;
use crate::profile::Policy;
use crate::wire::{Caller, NoAnswer, Request};

/// The most revoked tokens that are used again where no token is created any more, the oldest first.
const LOOKED_AT: usize = 12;

impl Trial {
    /// Returns the token's owner as a caller who uses this token as the credential.
    pub(crate) fn using(&self, token: &Token) -> Result<Caller<'_>, Stop> {
        let owner = self.user(token.owner)?;
        Ok(owner.with_token(token.secret.expose_secret()))
    }

    /// Returns requests that use a credential and change nothing: to list tokens, if the deployment has the operation, and to
    /// revoke a token that does not exist. The list comes first, since a 404 does not show that the credential was accepted.
    pub(crate) fn uses(&self, caller: &Caller<'_>) -> Vec<(&'static str, Request)> {
        let mut uses = Vec::new();
        if self.deployment().profile.companions.list {
            uses.push(("listing tokens", caller.list("")));
        }
        let unknown = Uuid::new_v4().to_string();
        uses.push(("revoking an unknown token", caller.revoke(&unknown)));
        uses
    }

    /// Sends an ordinary request that another case is about. A server error, or no answer, blocks the case.
    pub(crate) async fn ask(&self, purpose: &str, request: Request) -> Result<Answer<'_>, Stop> {
        self.send(purpose, request).await.map_err(Stop::on_the_way)
    }

    /// Checks that a caller's credential is accepted. An answer that is neither the expected one nor a refusal blocks the case.
    pub(crate) async fn accepted(&self, caller: &Caller<'_>, when: &str) -> Result<(), Stop> {
        for (using, request) in self.uses(caller) {
            let deployment = self.deployment();
            let authorization = request.header("authorization").unwrap_or_default();
            let role = (deployment.ledger).role_of(&deployment.credentials, authorization);
            let is_own = deployment.user_of(&request).is_some();
            let answer = self.ask(&format!("{when}, {using}"), request).await?;
            let status = answer.status();
            let is_listing = using == "listing tokens";
            let first;
            let statuses: &[u16] = match role {
                _ if is_listing => &[200],
                // The same each time: one answer in twenty may be another one.
                Some(role) if matches!(status, 403 | 404) => {
                    first = [deployment.first_of_unknown((role, is_own), status)];
                    &first
                }
                Some(_) | None => &[403, 404],
            };
            let held = statuses.contains(&status);
            let expected = format!("accepted: {}", crate::profile::one_of(statuses));
            let outcome = answer.expect("the credential", held, expected, status);
            outcome.map_err(|stop| {
                answer.name_status(statuses);
                match status {
                    401 | 403 if is_listing || status == 401 => {
                        self.transcript.judge_user();
                        stop
                    }
                    _ => stop.on_the_way(),
                }
            })?;
        }
        Ok(())
    }

    /// Checks that a caller's credential is refused with 401 on each use.
    pub(crate) async fn refused(&self, caller: &Caller<'_>, when: &str) -> Result<(), Stop> {
        let mut uses = self.uses(caller).into_iter();
        while let Some((using, request)) = uses.next() {
            let answer = self.ask(&format!("{when}, {using}"), request).await?;
            if let Err(stop) = answer.documented(401) {
                // Whether the credential works everywhere decides whether the run goes on.
                for (using, request) in uses {
                    let _ = self.look(&format!("{when}, {using}"), request).await;
                }
                return Err(stop);
            }
        }
        Ok(())
    }

    /// Checks that a token works.
    pub(crate) async fn lives(&self, token: &Token, when: &str) -> Result<(), Stop> {
        self.accepted(&self.using(token)?, when).await
    }

    /// Checks that a token works whose revocation got no answer. If it is revoked, the answer was lost.
    pub(crate) async fn lives_unanswered(&self, token: &Token) -> Result<(), Stop> {
        let outcome = self.lives(token, "after the connection was closed").await;
        if outcome.is_err() {
            self.name_fault(BREAKS);
        }
        outcome
    }

    /// Checks that a token is refused.
    pub(crate) async fn is_dead(&self, token: &Token, when: &str) -> Result<(), Stop> {
        self.refused(&self.using(token)?, when).await
    }

    /// Revokes a disposable token as its owner, without a body, for a case that is about something else: an answer that is not
    /// the documented 201 about this token blocks the case.
    pub(crate) async fn revoke(&self, token: &Token) -> Result<Answer<'_>, Stop> {
        let answer = self.revoked(token).await.map_err(Stop::on_the_way)?;
        (answer.field_is("/data/id", &json!(token.id))).map_err(Stop::on_the_way)?;
        Ok(answer)
    }

    /// Revokes a disposable token as [`Trial::revoke`] does, for a case that is about the 201.
    pub(crate) async fn revoked(&self, token: &Token) -> Result<Answer<'_>, Stop> {
        let request = self.user(token.owner)?.revoke(&token.id);
        let answer = self.send("revoke the token", request).await?;
        answer.documented(201)?;
        Ok(answer)
    }

    /// Revokes a disposable token as its owner, with a changed request, and checks that the answer is 201. A body that is not the
    /// documented one blocks the case.
    pub(crate) async fn revoke_with(
        &self,
        token: &Token,
        purpose: &str,
        change: impl FnOnce(Request) -> Request,
    ) -> Result<Answer<'_>, Stop> {
        let request = change(self.user(token.owner)?.revoke(&token.id));
        let answer = self.send(purpose, request).await?;
        answer.documented(201)?;
        (answer.field_is("/data/id", &json!(token.id))).map_err(Stop::on_the_way)?;
        Ok(answer)
    }

    /// Returns whether the deployment ignores `x-business-id`, as its profile says: it knows the business by the credential.
    pub(crate) fn ignores_business(&self) -> bool {
        self.deployment()
            .profile
            .policy
            .get(Policy::ForeignBusiness)
            == Some(201)
    }

    /// Checks the answer to a request of a caller for a token of theirs that names another business: it is refused and the
    /// token works, or the header is ignored and the token revoked.
    pub(crate) async fn names_another_business(
        &self,
        token: &Token,
        answer: &Answer<'_>,
    ) -> Result<(), Stop> {
        self.deployment()
            .answered(Policy::ForeignBusiness, answer.status());
        if self.ignores_business() {
            answer.documented(201)?;
        } else {
            answer.documented_as(Policy::ForeignBusiness.documented())?;
        }
        self.agrees(token, answer, Policy::ForeignBusiness.documented())
            .await
    }

    /// Checks that the answer and the token's state agree: after a 201 the token is refused, after a refusal it works.
    pub(crate) async fn agrees(
        &self,
        token: &Token,
        answer: &Answer<'_>,
        refusals: &[u16],
    ) -> Result<(), Stop> {
        if answer.status() == 201 {
            answer.body_documented()?;
            answer.field_is("/data/id", &json!(token.id))?;
            return self.is_dead(token, "after the 201").await;
        }
        answer.status_is(refusals)?;
        self.lives(token, "after the refusal").await
    }

    /// Creates a token as the operator. The case must declare room for it.
    pub(crate) async fn create(
        &self,
        purpose: &str,
        body: &Value,
    ) -> Result<(Arc<Token>, Answer<'_>), Stop> {
        let answer = self.send(purpose, self.operator().create(body)).await?;
        (answer.status_is(&[201])).map_err(|stop| self.crowded_out(stop))?;
        answer.is_json()?;
        let token = self.deployment().ledger.created(answer.json());
        let (held, expected) = (token.is_some(), "a `token` with an `id`");
        let outcome = answer.expect("body", held, expected, answer.quote());
        answer.name_check(NO_TOKEN.to_owned());
        outcome?;
        token
            .map(|token| (token, answer))
            .ok_or_else(|| Stop::Failed("no token was created".to_owned()))
    }

    /// Returns a name that no other token has.
    pub(crate) fn unique_name(&self) -> Value {
        json!(format!("conformance/{}", Uuid::new_v4()))
    }

    /// Returns a token's entry in the list of all tokens, including revoked ones, and checks that there is one.
    pub(crate) async fn entry(&self, caller: &Caller<'_>, id: &str) -> Result<Value, Stop> {
        let entry = self.entry_if_listed(caller, id).await?;
        self.is_listed("the token in the list of all tokens", entry.is_some())?;
        Ok(entry.unwrap_or_default())
    }

    /// Checks that a token of the caller is in a list.
    pub(crate) fn is_listed(&self, what: &str, listed: bool) -> Result<(), Stop> {
        let actual = if listed { "listed" } else { "not listed" };
        let outcome = self.expect(what, listed, "listed", actual);
        self.name_list_check("a token of the caller is not listed");
        outcome
    }

    /// Checks an expectation of the list, which may have several pages.
    pub(crate) fn expect_of_list(
        &self,
        what: &str,
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        let outcome = self.expect(what, held, expected, actual);
        self.name_list_check(what);
        outcome
    }

    /// Checks that a token is not in the list of another user.
    pub(crate) fn is_not_listed(&self, what: &str, listed: bool) -> Result<(), Stop> {
        let actual = if listed { "listed" } else { "not listed" };
        let outcome = self.expect_of_list(what, !listed, "not listed", actual);
        self.name_fault(LISTS_OTHERS);
        outcome
    }

    /// Names what is wrong with the list in the step that was recorded last, unless it held.
    pub(crate) fn name_list_check(&self, check: &str) {
        let deployment = self.deployment();
        let list = deployment.operation_of("GET", deployment.contract.tokens_path());
        self.name_cause(Some(format!("{list}: {check}")), None);
    }

    /// Checks an expectation of members of several 201 of the revoke operation, such as `/data/revoked_by`.
    pub(crate) fn expect_of_records(
        &self,
        (what, member): (&str, &str),
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        let outcome = self.expect(what, held, expected, actual);
        let contract = &self.deployment().contract;
        let revoke = (contract.revoke_operation()).map(|index| &contract.operations()[index]);
        if let Some(revoke) = revoke {
            self.name_cause(
                Some(format!("{}: {member} of the 201", revoke.operation)),
                None,
            );
        }
        outcome
    }

    /// Returns a revoked token's entry in the list of all tokens, and checks that there is one. A list of another shape than
    /// the published one may leave out revoked tokens: `None`.
    pub(crate) async fn entry_of_revoked(
        &self,
        caller: &Caller<'_>,
        id: &str,
    ) -> Result<Option<Value>, Stop> {
        let entry = match self.lists_pages() {
            true => Some(self.entry(caller, id).await?),
            false => self.entry_if_listed(caller, id).await?,
        };
        if let Some(revoked_at) = entry.as_ref().and_then(|entry| entry.get("revoked_at")) {
            let held = !revoked_at.is_null();
            self.expect_of_list("revoked_at of a revoked token", held, "a time", revoked_at)?;
        }
        Ok(entry)
    }

    /// Returns the last exchange, if its status may mean that no place is left for another token.
    fn last_refused_creation(&self) -> Option<usize> {
        let (exchange, status) = self.transcript.last_status()?;
        matches!(status, 400 | 409 | 422 | 429).then_some(exchange)
    }

    /// Returns why a token could not be created, in place of its refusal: tokens that work after their revocation, or that a 201
    /// did not hold, so that they cannot be revoked, are in the places of live ones.
    pub(crate) fn crowded_out(&self, refusal: Stop) -> Stop {
        let ledger = &self.deployment().ledger;
        let lost = || self.deployment().lost.fault();
        let (working, lost) = (ledger.working(), ledger.lost().or_else(lost));
        let Some(exchange) = self.last_refused_creation() else {
            return refusal;
        };
        let (fault, check, actual) = match (working, lost) {
            (0, None) => return refusal,
            (0, Some(fault)) => (
                fault,
                "no token is created while lost ones work",
                "none: tokens were created by answers that do not show them".to_owned(),
            ),
            (_, _) => (
                REVOKED_WORKS,
                "no token is created while revoked ones work",
                "none: tokens work after their revocation was answered with 201".to_owned(),
            ),
        };
        let what = "a place for another live token".to_owned();
        let expected = "those that are revoked need none".to_owned();
        let outcome = (self.transcript).step(what, false, expected, actual, Some(exchange));
        (self.transcript).name_check(|| check.to_owned());
        (self.transcript).name_fault(Some(fault.to_owned()));
        outcome.map_err(Stop::on_the_way).err().unwrap_or(refusal)
    }

    /// Uses revoked tokens where no token is created any more, so that the run learns whether they work again and take the places.
    async fn look_at_revoked(&self) -> Result<(), Stop> {
        let (deployment, case) = (self.deployment(), self.transcript.case());
        if self.last_refused_creation().is_none() {
            return Ok(());
        }
        for token in deployment.ledger.revoked().iter().take(LOOKED_AT) {
            let user = self.using(token)?;
            let purpose = "see whether a revoked token works again";
            for (using, request) in self.uses(&user) {
                let purpose = format!("{purpose}, {using}");
                deployment.send(case, purpose, request).await;
            }
            if deployment.ledger.working() > 0 {
                break;
            }
        }
        Ok(())
    }

    /// Names what was wrong where no disposable token could be minted, so that it is one finding with the cases that met the same.
    pub(crate) async fn unminted(&self, refusal: Stop) -> Stop {
        if let Err(stop) = self.look_at_revoked().await {
            return stop;
        }
        let refusal = self.crowded_out(refusal);
        if self.transcript.unminted().is_some() {
            self.transcript.note_unminted(&refusal);
        }
        let Stop::Inconclusive(why) = &refusal else {
            return refusal;
        };
        if let Some((exchange, problem)) = self.transcript.last_unanswered()
            && !matches!(problem, NoAnswer::Busy { .. })
        {
            let (expected, actual) = ("a complete HTTP answer".to_owned(), problem.to_string());
            let _ = (self.transcript).step(why.clone(), false, expected, actual, Some(exchange));
            self.name_missing(exchange, &problem);
            return refusal;
        }
        let Some((exchange, status)) = self.transcript.last_status() else {
            return refusal;
        };
        let expected = "201 with a `token` and an `id`".to_owned();
        let actual = status.to_string();
        let _ = (self.transcript).step(why.clone(), false, expected, actual, Some(exchange));
        self.transcript.name_check(|| match status {
            201 => NO_TOKEN.to_owned(),
            300..=399 | 500.. => undocumented(status),
            _ => format!("{status} in place of 201"),
        });
        let fault = match status {
            201 => self.deployment().ledger.lost(),
            401 => (self.transcript.sent_a_live_token(exchange)).then_some(LIVE_REFUSED),
            500.. => {
                self.transcript.name_server_error(exchange);
                return refusal;
            }
            300..=399 => {
                self.transcript.name_fault(Some(undocumented(status)));
                return refusal;
            }
            _ => None,
        };
        self.transcript.name_fault(fault.map(str::to_owned));
        refusal
    }

    /// Looks for a token in the list of all tokens. The newest come first, so that few pages are read even if many tokens
    /// were revoked over the years.
    async fn entry_if_listed(&self, caller: &Caller<'_>, id: &str) -> Result<Option<Value>, Stop> {
        let query = "include_revoked=true&limit=100&sort_by=created_at&descending=true";
        let is = |item: &&Value| names(item, id);
        let listed = self
            .pages(caller, query, |listed| listed.iter().any(|item| is(&item)))
            .await?;
        Ok(listed.iter().find(is).cloned())
    }

    /// Returns whether the list has the shape of its published page.
    pub(crate) fn lists_pages(&self) -> bool {
        self.deployment().profile.companions.list_items.is_none()
    }

    /// Returns all entries of the list with a query, from all pages.
    pub(crate) async fn listed(
        &self,
        caller: &Caller<'_>,
        query: &str,
    ) -> Result<Vec<Value>, Stop> {
        self.pages(caller, query, |_| false).await
    }

    /// Returns one page of the list with a query, and its answer. A list of another shape is asked without the query.
    pub(crate) async fn page(
        &self,
        purpose: &str,
        caller: &Caller<'_>,
        query: &str,
    ) -> Result<(Answer<'_>, Value), Stop> {
        let query = if self.lists_pages() { query } else { "" };
        let answer = self.send(purpose, caller.list(query)).await?;
        answer.status_is(&[200])?;
        let body = answer.is_json()?;
        let data = match self.deployment().profile.companions.list_items.as_deref() {
            None => unwrapped(&body).clone(),
            pointer => json!({ "items": listed::tokens(pointer, &body) }),
        };
        answer.expect(
            "items",
            data["items"].is_array(),
            "a list of tokens",
            &data["items"],
        )?;
        Ok((answer, data))
    }

    /// Returns the entries of the list with a query, from as many pages as are `enough`.
    async fn pages(
        &self,
        caller: &Caller<'_>,
        query: &str,
        enough: impl Fn(&[Value]) -> bool,
    ) -> Result<Vec<Value>, Stop> {
        const PAGES: usize = 200;
        let mut entries = Vec::new();
        let mut page = query.to_owned();
        for _ in 0..PAGES {
            let (_, data) = self.page("list tokens", caller, &page).await?;
            entries.extend(data["items"].as_array().cloned().unwrap_or_default());
            if enough(&entries) {
                return Ok(entries);
            }
            let Some(cursor) = data["next_cursor"]
                .as_str()
                .filter(|_| data["has_next"] == json!(true))
            else {
                return Ok(entries);
            };
            let and = if query.is_empty() { "" } else { "&" };
            page = format!("{query}{and}cursor={}", percent_encoded(cursor));
        }
        self.expect(
            "the list",
            false,
            format!("an end after at most {PAGES} pages"),
            "none",
        )?;
        Ok(entries)
    }
}

/// Returns whether an entry of a list is about the token with this id, whatever its member is called.
pub(crate) fn names(entry: &Value, id: &str) -> bool {
    let mut members = entry
        .as_object()
        .into_iter()
        .flat_map(|members| members.values());
    members.any(|member| member == id)
}
