//! The matrix of operations and statuses: which statuses the contract documents, and how often each was received.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::parts::{path_of, worst};
use crate::contract::summary::{Kind, Operation};
use crate::coverage::matches;
use crate::event::{CaseRecord, ExchangeRecord, Verdict};
use crate::report::Report;
use openapi::shown::visible;

/// A row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    /// The operation of the contract at this index.
    Operation(usize),
    /// A request that the contract does not document: another method on one of its paths, or a companion operation.
    Undocumented(String),
    /// Any other path.
    Other,
}

/// The assignment of exchanges to the cells of the matrix.
pub(super) struct Cells<'a> {
    operations: &'a [Operation],
    /// The path of the target, which precedes the operation's path in each URL.
    prefix: String,
    rows: Vec<Row>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(report: &'a Report) -> Cells<'a> {
        let mut cells = Cells {
            operations: &report.run.operations,
            prefix: path_of(&report.run.target).trim_end_matches('/').to_owned(),
            rows: Vec::new(),
        };
        let exchanges = report.cases.iter().flat_map(|case| &case.exchanges);
        let mut rows: BTreeSet<Row> = exchanges.map(|exchange| cells.row(exchange)).collect();
        rows.extend((0..cells.operations.len()).map(Row::Operation));
        cells.rows = rows.into_iter().collect();
        cells
    }

    /// Returns the cells of a case, each once, as `row-status` with the index of the row.
    pub(super) fn of_case(&self, case: &CaseRecord) -> String {
        let cells: BTreeSet<String> = (case.exchanges.iter())
            .map(|exchange| {
                let row = self.row(exchange);
                let number = self.rows.iter().position(|one| *one == row);
                format!("{}-{}", number.unwrap_or_default(), status(exchange))
            })
            .collect();
        cells.into_iter().collect::<Vec<_>>().join(" ")
    }

    fn row(&self, exchange: &ExchangeRecord) -> Row {
        let path = path_of(&exchange.request.url);
        let path = path.strip_prefix(self.prefix.as_str()).unwrap_or(path);
        let path = path.split('?').next().unwrap_or_default();
        let method = exchange.request.method.as_str();
        let of_path: Vec<usize> = (0..self.operations.len())
            .filter(|&index| matches(&self.operations[index].path, path))
            .collect();
        if let Some(index) =
            (of_path.iter()).find(|&&index| self.operations[index].method == method)
        {
            return Row::Operation(*index);
        }
        if let Some(index) = of_path.first() {
            return Row::Undocumented(format!("{method} {}", self.operations[*index].path));
        }
        let companion = (self.operations.iter())
            .filter_map(|operation| operation.path.split_once("/{"))
            .any(|(collection, _)| collection == path);
        if companion {
            Row::Undocumented(format!("{method} {path}"))
        } else {
            Row::Other
        }
    }

    fn title(&self, row: &Row) -> String {
        match row {
            Row::Operation(index) => {
                let operation = &self.operations[*index];
                format!("{} {}", operation.method, operation.path)
            }
            Row::Undocumented(title) => title.clone(),
            Row::Other => "other paths".to_owned(),
        }
    }
}

/// Returns the column of an exchange: the status, or 0 when there was no response.
fn status(exchange: &ExchangeRecord) -> u16 {
    exchange
        .response
        .as_ref()
        .map_or(0, |response| response.status)
}

pub(super) fn section(report: &Report) -> Markup {
    let cells = Cells::new(report);
    let mut seen: BTreeMap<(usize, u16), usize> = BTreeMap::new();
    for exchange in report.cases.iter().flat_map(|case| &case.exchanges) {
        let row = cells.row(exchange);
        if let Some(number) = cells.rows.iter().position(|one| *one == row) {
            *seen.entry((number, status(exchange))).or_default() += 1;
        }
    }
    let listed = |row: &Row| match row {
        Row::Operation(index) => listed_statuses(&cells.operations[*index]),
        Row::Undocumented(_) | Row::Other => BTreeSet::new(),
    };
    let documented = |row: &Row, status: u16| match row {
        Row::Operation(index) => documents(&cells.operations[*index], status),
        Row::Undocumented(_) | Row::Other => false,
    };
    let mut columns: BTreeSet<u16> = seen.keys().map(|(_, status)| *status).collect();
    for row in &cells.rows {
        columns.extend(listed(row));
    }
    // The column for "no response" is the last one.
    let mut columns: Vec<u16> = columns.into_iter().collect();
    columns.sort_by_key(|status| (*status == 0, *status));
    html! {
        section id="matrix" aria-labelledby="matrix-title" {
            h2 id="matrix-title" { "Statuses by operation" }
            p { "The number of responses with each status, including those of setup requests. Select a number to show the cases that received them." }
            div class="scroll" tabindex="0" role="group" aria-labelledby="matrix-title" {
                table class="matrix" {
                    thead { tr {
                        th scope="col" { "Operation" }
                        @for column in &columns { th scope="col" { (column_title(*column)) } }
                    } }
                    tbody { @for (number, row) in cells.rows.iter().enumerate() {
                        tr {
                            th scope="row" { code { (visible(&cells.title(row))) } @if !matches!(row, Row::Operation(_)) { br; span class="quiet" { "not in the contract" } } }
                            @for column in &columns {
                                td { (cell(report, &cells, number, *column, seen.get(&(number, *column)).copied().unwrap_or(0), documented(row, *column))) }
                            }
                        }
                    } }
                }
            }
        }
    }
}

fn column_title(status: u16) -> String {
    if status == 0 {
        "no response".to_owned()
    } else {
        status.to_string()
    }
}

/// Returns the names of an operation's responses in the contract: statuses, ranges such as `4XX`, or `default`.
fn response_names(operation: &Operation) -> impl Iterator<Item = &str> {
    let responses = (operation.parts.iter()).filter(|part| part.kind == Kind::Response);
    responses.map(|part| part.name.as_str())
}

/// Returns the statuses that the contract lists for an operation, without ranges and `default`.
fn listed_statuses(operation: &Operation) -> BTreeSet<u16> {
    response_names(operation)
        .filter_map(|name| name.parse().ok())
        .collect()
}

/// Returns whether the contract documents a status for an operation: by number, by range or by `default`.
fn documents(operation: &Operation, status: u16) -> bool {
    let range = format!("{}XX", status / 100);
    response_names(operation).any(|name| {
        name == "default" || name.eq_ignore_ascii_case(&range) || name.parse() == Ok(status)
    })
}

fn cell(
    report: &Report,
    cells: &Cells<'_>,
    number: usize,
    status: u16,
    times: usize,
    documented: bool,
) -> Markup {
    let row = &cells.rows[number];
    let in_contract = matches!(row, Row::Operation(_));
    let covering = || {
        let (part, operation) = (format!("/responses/{status}"), cells.title(row));
        let covering = (report.cases.iter()).filter(|case| case.covers_within(&operation, &part));
        worst(covering.map(|case| case.verdict))
    };
    let (verdict, word) = match (in_contract, documented, times) {
        (true, true, 0) => (Some(Verdict::Skip), "not seen"),
        (true, true, _) => (covering(), ""),
        (_, _, 1..) if status >= 500 => (Some(Verdict::Error), "server error"),
        (true, false, 1..) if status == 0 => (Some(Verdict::Warn), ""),
        (true, false, 1..) => (Some(Verdict::Warn), "undocumented"),
        (true, false, 0) | (false, _, _) => (None, ""),
    };
    let class = verdict.map_or("none", Verdict::name);
    html! {
        @if times > 0 || documented {
            span class={ "cell " (class) } {
                @if times > 0 {
                    button type="button" disabled data-cell={ (number) "-" (status) }
                        data-name={ (column_title(status)) " from " (visible(&cells.title(row))) } {
                        (times) span class="hidden-label" { " responses: " (column_title(status)) ". Show their cases." }
                    }
                } @else { "0" }
                @match verdict {
                    Some(verdict) if word.is_empty() => small { (verdict.name()) }
                    Some(_) | None => @if !word.is_empty() { small { (word) } }
                }
            }
        } @else { span class="quiet" aria-hidden="true" { "·" } }
    }
}
