//! Every prebuilt PTX through NVIDIA's assembler, as a driver would do: does it assemble, and do the registers suffice?
//! What was found is kept in kernels/prebuilt/assembled.txt, so that only what has changed is assembled again.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use super::sources::Fnv;
use super::{in_parallel, tool};
use crate::{Outcome, read, write_if_changed};

const FILE: &str = "kernels/prebuilt/assembled.txt";
/// Devices from Turing to Blackwell.
const ARCHES: [&str; 11] = ["75", "80", "86", "87", "89", "90", "100", "101", "103", "120", "121"];
/// Bytes of registers that an entry may spill to memory.
const SPILLS: u32 = 64;
const HEAD: &str = "\
# Made by `cargo xtask ptxas`: what every module needs on every architecture, its worst entries counted.
# module, hash of PTX and assembler, then architecture:registers/bytes of spills/bytes of stack
";

/// Of the entry that needs most.
#[derive(Clone, Copy, Default)]
struct Needs {
    registers: u32,
    spills: u32,
    stack: u32,
}

struct Job {
    name: String,
    hash: u64,
    arches: Vec<String>,
}

/// Assembles the modules whose name contains `word` and that are not recorded. Records them.
pub fn write(root: &Path, word: &str) -> Outcome {
    let ptxas = tool(root, "ptxas")?;
    let version = Command::new(&ptxas).arg("--version").output().map_err(|e| format!("{ptxas}: {e}"))?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let jobs = jobs(root, &version)?;
    let recorded = recorded(&read(&root.join(FILE)).unwrap_or_default());
    let known = |job: &Job| recorded.get(&(job.name.clone(), job.hash)).is_some_and(|n| n.len() == job.arches.len());
    let open: Vec<&Job> = jobs.iter().filter(|job| job.name.contains(word) && !known(job)).collect();
    let found = Mutex::new(recorded.clone());
    let outcome = in_parallel(&open, |job| {
        let needs = job.arches.iter().map(|arch| Ok((arch.clone(), assemble(root, &ptxas, &job.name, arch)?)));
        let needs = needs.collect::<Result<_, String>>()?;
        let mut found = found.lock().map_err(|e| e.to_string())?;
        found.insert((job.name.clone(), job.hash), needs);
        write_if_changed(&root.join(FILE), &text(&jobs, &found)).map(|_| ())
    });
    let found = found.into_inner().map_err(|e| e.to_string())?;
    write_if_changed(&root.join(FILE), &text(&jobs, &found))?;
    outcome?;

    let chosen = |line: &&str| !word.is_empty() && !line.starts_with('#') && line.contains(word);
    let text = text(&jobs, &found);
    text.lines().filter(chosen).for_each(|line| println!("{line}"));
    let spilled = |job: &Job| {
        let needs = found.get(&(job.name.clone(), job.hash)).into_iter().flatten();
        let over: Vec<_> =
            needs.filter(|(_, n)| n.spills > SPILLS).map(|(a, n)| format!("{a}: {}", n.spills)).collect();
        (!over.is_empty()).then(|| format!("kernels/{}.cu spills bytes, on sm_{}", job.name, over.join(", on sm_")))
    };
    let spilled: Vec<String> = jobs.iter().filter_map(spilled).collect();
    if !spilled.is_empty() {
        return Err(format!("{}\nat most {SPILLS} are allowed", spilled.join("\n")));
    }
    Ok(format!("{FILE}: {} of {} modules assembled anew", open.len(), jobs.len()))
}

fn jobs(root: &Path, version: &str) -> Result<Vec<Job>, String> {
    let mut jobs = Vec::new();
    for module in super::sources::modules(&root.join("kernels"))? {
        let path = super::prebuilt(root, &module);
        let ptx = read(&path)?;
        // Without the first line: a change of the sources that leaves the PTX as it was needs nothing here.
        let body = ptx.split_once('\n').map_or("", |(_, body)| body);
        let target = body.lines().find_map(|line| line.strip_prefix(".target sm_"));
        let target = target.ok_or_else(|| format!("{}: no .target", path.display()))?.trim().to_string();
        // Code for one architecture's own instructions runs on that one only.
        let number = |arch: &str| arch.parse::<u32>().unwrap_or(u32::MAX);
        let arches = match target.parse::<u32>() {
            Ok(target) => ARCHES.iter().filter(|a| number(a) >= target).map(|a| a.to_string()).collect(),
            Err(_) => vec![target],
        };
        let mut hash = Fnv::new();
        hash.text(version);
        hash.text(body);
        jobs.push(Job { name: module.name, hash: hash.0, arches });
    }
    Ok(jobs)
}

fn assemble(root: &Path, ptxas: &str, name: &str, arch: &str) -> Result<Needs, String> {
    let output = Command::new(ptxas)
        .args(["-v", &format!("-arch=sm_{arch}"), &format!("kernels/prebuilt/{name}.ptx"), "-o", "/dev/null"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("{ptxas}: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("kernels/prebuilt/{name}.ptx for sm_{arch}:\n{said}"));
    }
    // "ptxas info : Used 40 registers, …" and "8 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads"
    let worst = |after: &str| {
        let before = |line: &str| {
            let words = line.get(..line.find(after)?)?;
            words.split(|c: char| !c.is_ascii_digit()).rfind(|word| !word.is_empty())?.parse::<u32>().ok()
        };
        said.lines().filter_map(before).max().unwrap_or(0)
    };
    Ok(Needs {
        registers: worst(" registers"),
        spills: worst(" bytes spill stores"),
        stack: worst(" bytes stack frame"),
    })
}

type Recorded = BTreeMap<(String, u64), BTreeMap<String, Needs>>;

/// Lines that cannot be read count for nothing: what they say is found again.
fn recorded(text: &str) -> Recorded {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, hash) = (words.next()?, u64::from_str_radix(words.next()?, 16).ok()?);
        let needs = words.map(|word| {
            let (arch, rest) = word.split_once(':')?;
            let numbers = rest.split('/').map(|n| n.parse().ok()).collect::<Option<Vec<u32>>>()?;
            let [registers, spills, stack] = numbers[..] else { return None };
            Some((arch.to_string(), Needs { registers, spills, stack }))
        });
        Some(((name.to_string(), hash), needs.collect::<Option<_>>()?))
    };
    text.lines().filter_map(line).collect()
}

/// Only of modules as they are now.
fn text(jobs: &[Job], found: &Recorded) -> String {
    let mut out = HEAD.to_string();
    for job in jobs {
        let Some(needs) = found.get(&(job.name.clone(), job.hash)) else { continue };
        out += &format!("{} {:016x}", job.name, job.hash);
        for arch in &job.arches {
            let Needs { registers, spills, stack } = needs.get(arch).copied().unwrap_or_default();
            out += &format!(" {arch}:{registers}/{spills}/{stack}");
        }
        out.push('\n');
    }
    out
}
