# The recipes are what CI runs: see .ci/run.

# Everything that CI runs
ci: fmt clippy doc alone test products main-job clients simulation

# Formatting
fmt:
    cargo fmt --all -- --check

# Lints, warnings as errors
clippy:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Documentation, warnings as errors
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Each client crate by itself, as a program that depends on it builds it
alone:
    for crate in crates/scaleway-*; do cargo check --locked -p "$(basename "$crate")" || exit 1; done

# All tests
test:
    cargo test --workspace

# Each product's short program, on an emulator in its process
products:
    for program in container database secret cockpit bucket image job; do cargo run --example "$program" || exit 1; done

# The main job, once, in a folder of its own
main-job:
    rm -rf target/main-job
    cargo run --release --example deploy_staging -- --speed max --data target/main-job
    cargo run --release --example deploy_staging -- --speed max --data target/main-job

# Licences, advisories, duplicate and banned packages (needs cargo-deny)
deny:
    cargo deny check

# The emulator asked what was asked in every recording under DIR, its answers compared
replay DIR *OPTIONS:
    cargo run --release -p conformance -- replay {{DIR}} {{OPTIONS}}

# Every recorded exchange under DIR decoded, encoded again and compared
conformance DIR:
    cargo run --release -p conformance -- decode {{DIR}}

# The figures: whole process at no latency, then beside the critical path of the recorded latencies
figures:
    cargo build --release --example deploy_staging
    cargo run --release -p bench -- process
    cargo run --release -p bench -- critical-path

# Clients that nobody here wrote, in Python and JavaScript, against the emulator
clients:
    tests/clients/run

# Terraform with Scaleway's provider, and scw, against the emulator: TERRAFORM, TERRAFORM_PROVIDER_SCALEWAY and SCW name the programs
terraform:
    tests/clients/run terraform scw

# Every crash point of both environments, 300 seeds that are always the same, and 30 that never were tried
simulation:
    cargo run --release -p simulation -- --seeds 300 --from 1
    cargo run --release -p simulation -- --seeds 30 --no-crash-points

# Synthetic environments of 100, 1,000 and 10,000 resources
scale:
    cargo run --release -p bench -- scale

# A clean debug build of everything, timed, and how many packages that is
build-time:
    cargo clean
    time cargo build --workspace --all-targets --locked
    cargo tree --workspace --edges normal,build --prefix none --locked | sort -u | wc -l

# The emulator as a server: requests a second and CPU a request beside a bare handler, memory, coverage, start
emulator-figures:
    cargo build --release -p scaleway-emulator
    cargo run --release -p bench -- emulator
    cargo run --release -p bench -- start

# The emulator's start, up to its ready line
start-time:
    cargo build --release -p scaleway-emulator
    cargo run --release -p bench -- start

# A log of 100,000 records, folded
fold:
    cargo run --release -p bench -- fold

# What a call costs, beside reqwest by itself and the official Python SDK (into target/release/overhead-python)
overhead:
    cargo build --release -p scaleway-emulator -p bench
    cargo run --release -p bench -- overhead

# One client crate by itself, from nothing: how many crates that is, and how long a debug build takes
crate-alone:
    cargo tree -p scaleway-rdb -e normal,build --prefix none --locked | sed 's/ (\*)$//; s/ (proc-macro)//' | sort -u | wc -l
    cargo fetch --locked
    rm -rf target/crate-alone
    time cargo build --locked -p scaleway-rdb --target-dir target/crate-alone
    rm -rf target/crate-alone

# How many tests there are: built, not run
count-tests:
    cargo test --workspace --locked -- --list 2>/dev/null | grep -c ': test$'
