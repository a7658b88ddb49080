//! What the container allows: CPU time and memory limits of control groups, version 1 and 2.

use std::fs::File;
use std::io::Read;

/// CPUs' worth of time this process may use (quota / period), of the tightest group above it; None without a limit.
pub fn cpu_quota() -> Option<f64> {
    least(|groups| {
        let v2 = groups.file("", "cpu.max").and_then(|text| {
            let mut words = text.split_whitespace();
            ratio(words.next()?, words.next()?)
        });
        let v1 = ["cpu", "cpu,cpuacct"].iter().find_map(|mount| {
            let quota = groups.file(mount, "cpu.cfs_quota_us")?;
            ratio(quota.trim(), groups.file(mount, "cpu.cfs_period_us")?.trim())
        });
        least_of(v2, v1)
    })
}

/// Bytes of memory this process may use; None without a limit.
pub fn memory_limit() -> Option<usize> {
    let bytes = |text: String| text.trim().parse::<f64>().ok();
    least(|groups| {
        least_of(
            groups.file("", "memory.max").and_then(bytes),
            groups.file("memory", "memory.limit_in_bytes").and_then(bytes),
        )
    })
    .map(|bytes| bytes as usize)
}

/// "max" and −1 mean no limit.
fn ratio(quota: &str, period: &str) -> Option<f64> {
    let (quota, period) = (quota.parse::<f64>().ok()?, period.parse::<f64>().ok()?);
    (quota > 0.0 && period > 0.0).then_some(quota / period)
}

fn least_of(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        _ => a.or(b),
    }
}

/// One directory of the group tree; `path` is "" for the root, else "/a/b".
struct Groups<'a> {
    path: &'a str,
}

impl Groups<'_> {
    fn file(&self, mount: &str, name: &str) -> Option<String> {
        let slash = if mount.is_empty() { "" } else { "/" };
        read(&format!("/sys/fs/cgroup{slash}{mount}{}/{name}", self.path))
    }
}

/// The least answer of `limit` over this process's groups and all above them.
fn least(limit: impl Fn(&Groups) -> Option<f64>) -> Option<f64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let mut answer = limit(&Groups { path: "" });
    // hierarchy:controllers:path
    for line in read("/proc/self/cgroup").unwrap_or_default().lines() {
        let mut path = line.splitn(3, ':').nth(2).unwrap_or("");
        while path.len() > 1 {
            answer = least_of(answer, limit(&Groups { path }));
            path = &path[..path.rfind('/').unwrap_or(0)];
        }
    }
    answer
}

fn read(path: &str) -> Option<String> {
    let mut bytes = [0; 8192];
    let n = File::open(path).ok()?.read(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes[..n]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas() {
        assert_eq!(ratio("150000", "100000"), Some(1.5));
        assert_eq!(ratio("max", "100000"), None);
        assert_eq!(ratio("-1", "100000"), None);
        assert_eq!(least_of(Some(2.0), None), Some(2.0));
        assert_eq!(least_of(Some(2.0), Some(1.5)), Some(1.5));
        assert!(cpu_quota().is_none_or(|q| q > 0.0));
        assert!(memory_limit().is_none_or(|b| b > 0));
    }
}
