//! The resources of this process, under the names of Prometheus' client libraries
//! (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>). They are read from /proc; a system without
//! /proc has only the start time.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge};

/// The unit of processor time in /proc, in ticks per second: `USER_HZ`, which Linux fixes for programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// The collector that reads the figures of this process when metrics are gathered.
#[derive(Clone)]
pub(super) struct Process {
    cpu: Counter,
    resident: Gauge,
    files: Gauge,
    started: Gauge,
}

impl Process {
    pub(super) fn new() -> Self {
        let made = "the names are valid";
        let started = Gauge::new(
            "process_start_time_seconds",
            "Start time of the process since the Unix epoch in seconds",
        )
        .expect(made);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        started.set(now.unwrap_or_default().as_secs_f64());
        Self {
            cpu: Counter::new(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds",
            )
            .expect(made),
            resident: Gauge::new(
                "process_resident_memory_bytes",
                "Resident memory size in bytes",
            )
            .expect(made),
            files: Gauge::new("process_open_fds", "Number of open file descriptors").expect(made),
            started,
        }
    }
}

impl Collector for Process {
    fn desc(&self) -> Vec<&Desc> {
        [
            self.cpu.desc(),
            self.resident.desc(),
            self.files.desc(),
            self.started.desc(),
        ]
        .concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut families = self.started.collect();
        if let Some(seconds) = cpu_seconds() {
            self.cpu.inc_by((seconds - self.cpu.get()).max(0.0));
            families.extend(self.cpu.collect());
        }
        if let Some(bytes) = resident_bytes() {
            self.resident.set(bytes);
            families.extend(self.resident.collect());
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            let count = u32::try_from(files.count()).unwrap_or(u32::MAX);
            // Reading the directory opens one more.
            self.files.set(f64::from(count.saturating_sub(1)));
            families.extend(self.files.collect());
        }
        families
    }
}

/// Reads processor time from fields 14 and 15 of /proc/self/stat. They are counted after the name, which may hold spaces (proc(5)).
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let after_the_name = stat.rsplit_once(')')?.1;
    let mut fields = after_the_name.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// Reads `VmRSS` of /proc/self/status, which is in KiB for every page size.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0)
}
