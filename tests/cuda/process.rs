//! Tests in processes of their own: which driver a process sees is settled once, at its first call.

use super::common::nothing_lives;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What the child is to run.
const PART: &str = "TENDON_TEST_PART";

/// Whether the tests run on the machine's own driver.
pub fn real() -> bool {
    std::env::var("TENDON_TEST_CUDA").is_ok_and(|v| v == "real")
}

/// Whether this is the process of one test's own.
pub fn is_child() -> bool {
    std::env::var_os(PART).is_some()
}

/// Whether the long forms are wanted.
pub fn full() -> bool {
    std::env::var_os("TENDON_TEST_FULL").is_some()
}

/// How long a child may take: `TENDON_TEST_CHILD_SECONDS`, or long enough for a slow machine.
fn child_limit() -> Duration {
    let seconds = std::env::var("TENDON_TEST_CHILD_SECONDS").ok().and_then(|s| s.parse().ok());
    Duration::from_secs(seconds.unwrap_or(600))
}

/// The folder of the mock libraries, built if need be.
pub fn mock_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join("build/cuda-mock");
        let built = Command::new(root.join("tests/cuda/mock/build.sh")).arg(&folder).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        folder
    })
}

/// The test that the closure stands in.
fn test_of<F>(_: &F) -> String {
    let path = std::any::type_name::<F>();
    let test = path.split_once("::").map_or(path, |(_, rest)| rest);
    test.split("::{{closure}}").next().unwrap_or(test).to_string()
}

/// Runs `body` in a process of its own with `env` set, in which [`super::common::tensor`] puts tensors on cuda:0. At
/// the end nothing may be alive there, and the mock driver must have seen no misuse.
pub fn apart(env: &[(&str, &str)], body: impl FnOnce()) {
    Child::new(&test_of(&body), "", env).run(body);
}

/// As [`apart`], for one of several parts of a test.
pub fn part(word: &str, env: &[(&str, &str)], body: impl FnOnce()) {
    Child::new(&test_of(&body), word, env).run(body);
}

/// As [`apart`], for what only the mock can show.
pub fn on_mock(env: &[(&str, &str)], body: impl FnOnce()) {
    if !real() {
        Child::new(&test_of(&body), "", env).run(body);
    }
}

struct Child<'a> {
    test: &'a str,
    part: String,
    env: Vec<(String, String)>,
}

impl<'a> Child<'a> {
    fn new(test: &'a str, word: &str, env: &[(&str, &str)]) -> Child<'a> {
        let env = env.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Child { test, part: format!("{test} {word}"), env }
    }

    fn run(self, body: impl FnOnce()) {
        match std::env::var(PART) {
            Ok(part) if part == self.part => {
                body();
                nothing_lives();
                println!("the part is done");
            }
            Ok(_) => {}
            Err(_) => self.start(),
        }
    }

    fn start(self) {
        let report = std::env::temp_dir().join(format!("tendon-cuda-{}-{:p}", std::process::id(), &self));
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", self.test, "--nocapture", "--test-threads=1"]);
        command.env(PART, &self.part).env("TENDON_TEST_DEVICE", "cuda:0").env("MOCK_CUDA_REPORT", &report);
        command.env("RUST_BACKTRACE", "0");
        if !real() {
            command.env("LD_LIBRARY_PATH", mock_folder()).env("TENDON_CUDA_LIBS", mock_folder());
        }
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let read = |mut from: Box<dyn std::io::Read + Send>| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                let _ = from.read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        };
        let (out, err) = (read(Box::new(out)), read(Box::new(err)));
        let end = Instant::now() + child_limit();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > end {
                child.kill().unwrap();
                break child.wait().unwrap();
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let said = out.join().unwrap() + &err.join().unwrap();
        let seen = std::fs::read_to_string(&report).unwrap_or_default();
        let _ = std::fs::remove_file(&report);
        assert!(status.success() && said.contains("the part is done"), "{}: {status}\n{said}", self.part);
        let misuse: Vec<&str> = seen.lines().filter(|l| l.starts_with("violation")).collect();
        assert!(misuse.is_empty(), "{}: the mock driver saw misuse: {misuse:#?}\n{said}", self.part);
    }
}
