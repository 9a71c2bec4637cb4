//! What happened, as the clients saw it, and whether the promise was kept.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::harness::PATIENCE;

/// A token, by the order in which it was made.
pub(crate) type Token = usize;

/// The result of a token's use, as a client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 200: the token was accepted.
    Accepted,
    /// 401: the token was refused.
    Refused,
    /// 503, no answer or no connection: the token's state remains unknown.
    Unknown,
}

/// One use of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe {
    pub(crate) token: Token,
    pub(crate) replica: usize,
    pub(crate) sent: Instant,
    pub(crate) received: Instant,
    pub(crate) outcome: Outcome,
}

/// A fault of replicas or their database, which is over.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) what: &'static str,
    /// The replicas that it affected.
    pub(crate) replicas: Vec<usize>,
    /// The time at which everything needed ran again.
    pub(crate) ended: Instant,
}

/// The events that clients saw, in no order.
#[derive(Debug)]
pub(crate) struct History {
    begun: Instant,
    events: Mutex<Events>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            events: Mutex::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Events {
    asked: HashMap<Token, Instant>,
    acknowledged: Vec<(Token, Instant)>,
    unacknowledged: usize,
    probes: Vec<Probe>,
    faults: Vec<Fault>,
    unexpected: Vec<String>,
}

impl History {
    /// Records that a revocation is about to be requested. Until then the token must be accepted.
    pub(crate) fn asked(&self, token: Token) {
        self.events()
            .asked
            .entry(token)
            .or_insert_with(Instant::now);
    }

    /// Records a 201 to a revocation.
    pub(crate) fn acknowledged(&self, token: Token) {
        self.events().acknowledged.push((token, Instant::now()));
    }

    /// Records a revocation whose outcome is unknown.
    pub(crate) fn unacknowledged(&self) {
        self.events().unacknowledged += 1;
    }

    pub(crate) fn probed(&self, probe: Probe) {
        self.events().probes.push(probe);
    }

    pub(crate) fn record_fault(&self, fault: Fault) {
        self.events().faults.push(fault);
    }

    /// Records an answer that no fault excuses.
    pub(crate) fn unexpected(&self, what: String) {
        self.events().unexpected.push(what);
    }

    /// Returns the number of faults so far.
    pub(crate) fn faults(&self) -> usize {
        self.events().faults.len()
    }

    /// Waits until this many more revocations are acknowledged.
    pub(crate) fn await_acknowledgements(&self, more: usize) {
        let begun = Instant::now();
        let count = || self.events().acknowledged.len();
        let enough = count() + more;
        while count() < enough {
            assert!(
                begun.elapsed() < PATIENCE,
                "no revocation is acknowledged any more"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn events(&self) -> std::sync::MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Judges the whole history.
    pub(crate) fn judge(&self) -> Verdict {
        let events = self.events();
        let mut acknowledged: HashMap<Token, Instant> = HashMap::new();
        for &(token, at) in &events.acknowledged {
            let first = acknowledged.entry(token).or_insert(at);
            *first = at.min(*first);
        }
        // A refusal of a token that was good means that its revocation has taken effect, acknowledged or not.
        let mut refused: HashMap<Token, Instant> = HashMap::new();
        for probe in &events.probes {
            if probe.outcome == Outcome::Refused {
                let first = refused.entry(probe.token).or_insert(probe.received);
                *first = probe.received.min(*first);
            }
        }
        let after = |times: &HashMap<Token, Instant>, probe: &Probe| {
            times.get(&probe.token).is_some_and(|at| probe.sent > *at)
        };
        let known = |probe: &Probe| probe.outcome != Outcome::Unknown;
        let was_good = |probe: &Probe| {
            let asked = events.asked.get(&probe.token);
            asked.is_none_or(|at| probe.received < *at)
        };
        // Answers after the last fault show what that fault lost.
        let last_fault = events.faults.iter().map(|fault| fault.ended).max();
        let settled: HashSet<Token> = events
            .probes
            .iter()
            .filter(|probe| known(probe) && after(&acknowledged, probe))
            .filter(|probe| last_fault.is_none_or(|ended| probe.sent > ended))
            .map(|probe| probe.token)
            .collect();
        let count = |of: &dyn Fn(&Probe) -> bool| events.probes.iter().filter(|p| of(p)).count();
        Verdict {
            lasted: self.begun.elapsed(),
            acknowledged: acknowledged.len(),
            unacknowledged: events.unacknowledged,
            probes: events.probes.len(),
            answered_after_acknowledgement: count(&|p| known(p) && after(&acknowledged, p)),
            unsettled: acknowledged.len() - settled.len(),
            accepted_after_acknowledgement: count(&|p| {
                p.outcome == Outcome::Accepted && after(&acknowledged, p)
            }),
            accepted_after_refusal: count(&|p| {
                p.outcome == Outcome::Accepted && after(&refused, p)
            }),
            good_refused: count(&|p| p.outcome == Outcome::Refused && was_good(p)),
            unknown: count(&|p| !known(p)),
            faults: events.faults.len(),
            recoveries: events
                .faults
                .iter()
                .flat_map(|fault| recoveries(fault, &events.probes))
                .collect(),
            unexpected: events.unexpected.clone(),
        }
    }
}

/// Returns the time from a fault's end to each replica's first answer to a request that was sent after that end.
fn recoveries(fault: &Fault, probes: &[Probe]) -> Vec<(&'static str, Duration)> {
    let first_answer = |replica: usize| {
        probes
            .iter()
            .filter(|probe| probe.replica == replica && probe.sent >= fault.ended)
            .filter(|probe| probe.outcome != Outcome::Unknown)
            .map(|probe| probe.received - fault.ended)
            .min()
    };
    let replicas = fault.replicas.iter().copied();
    replicas
        .filter_map(first_answer)
        .map(|time| (fault.what, time))
        .collect()
}

/// The verdict on a history.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) lasted: Duration,
    pub(crate) acknowledged: usize,
    pub(crate) unacknowledged: usize,
    pub(crate) probes: usize,
    pub(crate) answered_after_acknowledgement: usize,
    /// The number of tokens with an acknowledged revocation and without any answer to a request sent after the last fault.
    pub(crate) unsettled: usize,
    pub(crate) accepted_after_acknowledgement: usize,
    pub(crate) accepted_after_refusal: usize,
    pub(crate) good_refused: usize,
    pub(crate) unknown: usize,
    pub(crate) faults: usize,
    pub(crate) recoveries: Vec<(&'static str, Duration)>,
    pub(crate) unexpected: Vec<String>,
}

impl Verdict {
    /// Returns whether the promise was kept, in enough attempts for a verdict.
    pub(crate) fn holds(&self) -> bool {
        self.accepted_after_acknowledgement == 0
            && self.accepted_after_refusal == 0
            && self.good_refused == 0
            && self.unexpected.is_empty()
            && self.acknowledged > 0
            && self.answered_after_acknowledgement > 0
            && self.unsettled == 0
            && self.faults > 0
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "  seconds                         {:>8.0}",
            self.lasted.as_secs_f64()
        )?;
        writeln!(
            formatter,
            "  revocations acknowledged        {:>8}",
            self.acknowledged
        )?;
        writeln!(
            formatter,
            "  revocations without an answer   {:>8}",
            self.unacknowledged
        )?;
        writeln!(
            formatter,
            "  probes                          {:>8}",
            self.probes
        )?;
        writeln!(
            formatter,
            "    answered after acknowledgement{:>8}",
            self.answered_after_acknowledgement
        )?;
        writeln!(
            formatter,
            "  accepted after acknowledgement  {:>8}",
            self.accepted_after_acknowledgement
        )?;
        writeln!(
            formatter,
            "  accepted after a refusal        {:>8}",
            self.accepted_after_refusal
        )?;
        writeln!(
            formatter,
            "  good tokens refused             {:>8}",
            self.good_refused
        )?;
        writeln!(
            formatter,
            "  unknown answers                 {:>8}",
            self.unknown
        )?;
        writeln!(
            formatter,
            "  revoked, no later answer        {:>8}",
            self.unsettled
        )?;
        writeln!(
            formatter,
            "  faults                          {:>8}",
            self.faults
        )?;
        let mut kinds: Vec<&str> = self.recoveries.iter().map(|(what, _)| *what).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let mut times: Vec<Duration> = self
                .recoveries
                .iter()
                .filter(|(what, _)| *what == kind)
                .map(|(_, time)| *time)
                .collect();
            times.sort_unstable();
            let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
            writeln!(
                formatter,
                "  first answer after {kind}: median {:.0} ms, longest {:.0} ms ({} times)",
                median.as_secs_f64() * 1e3,
                longest.as_secs_f64() * 1e3,
                times.len()
            )?;
        }
        for what in self.unexpected.iter().take(5) {
            writeln!(formatter, "  unexpected: {what}")?;
        }
        Ok(())
    }
}

#[test]
fn checker_finds_each_way_to_break_the_promise_and_nothing_else() {
    let begun = Instant::now();
    let at = |millis: u64| begun + Duration::from_millis(millis);
    let probe = |token, sent, outcome| Probe {
        token,
        replica: 0,
        sent: at(sent),
        received: at(sent + 1),
        outcome,
    };
    let judged = |probes: &[Probe]| {
        let history = History::default();
        {
            let mut events = history.events();
            events.asked.extend([7, 8, 9].map(|token| (token, at(8))));
            events.acknowledged.push((7, at(10)));
            events.probes.extend_from_slice(probes);
            events.faults.push(Fault {
                what: "nothing",
                replicas: vec![0],
                ended: at(0),
            });
        }
        history.judge()
    };
    // By the clients' clock: a request that was sent before the acknowledgement arrived may be answered either way.
    let fine = [
        probe(7, 9, Outcome::Accepted),
        probe(7, 11, Outcome::Refused),
        probe(7, 12, Outcome::Unknown),
        probe(3, 12, Outcome::Accepted),
        probe(8, 12, Outcome::Accepted),
        probe(8, 13, Outcome::Refused),
        probe(9, 9, Outcome::Refused),
    ];
    assert!(judged(&fine).holds());
    for wrong in [
        probe(7, 11, Outcome::Accepted),
        probe(8, 20, Outcome::Accepted),
        probe(3, 1, Outcome::Refused),
        probe(9, 1, Outcome::Refused),
    ] {
        assert!(
            !judged(&[&fine[..], &[wrong]].concat()).holds(),
            "{wrong:?}"
        );
    }
    for little in [
        probe(3, 12, Outcome::Accepted),
        probe(7, 9, Outcome::Refused),
        probe(7, 12, Outcome::Unknown),
    ] {
        assert!(!judged(&[little]).holds(), "it saw too little: {little:?}");
    }
}
