//! Which memory goes with which CPU.

use std::ops::RangeInclusive;

use scaleway_core::{Error, Result, Size};

/// What the platform gives an instance, in thousandths of a virtual CPU.
const MVCPU: RangeInclusive<u32> = 70..=6000;
const LEAST_MEMORY: Size = Size::megabytes(128);
const MOST_MEMORY: Size = Size::megabytes(12_228);

/// The memory that an instance of so many thousandths of a virtual CPU can have: 1 to 4 MB for each, and 128 to
/// 12,228 MB in all.
///
/// ```
/// use scaleway_containers::memory_for;
/// use scaleway_core::Size;
///
/// assert_eq!(memory_for(1000), Size::megabytes(1000)..=Size::megabytes(4000));
/// assert_eq!(memory_for(70), Size::megabytes(128)..=Size::megabytes(280));
/// ```
pub fn memory_for(mvcpu: u32) -> RangeInclusive<Size> {
    let mvcpu = u64::from(mvcpu.clamp(*MVCPU.start(), *MVCPU.end()));
    Size::megabytes(mvcpu).max(LEAST_MEMORY)..=Size::megabytes(4 * mvcpu).min(MOST_MEMORY)
}

/// Refuses what the platform would refuse later. What a request does not say is the platform's to choose.
pub(super) fn check(operation: &'static str, mvcpu: Option<u32>, memory: Option<Size>) -> Result<()> {
    let refuse =
        |field: &str, problem| Err(Error::InvalidRequest { operation, field: field.to_owned(), problem });
    if let Some(mvcpu) = mvcpu.filter(|mvcpu| !MVCPU.contains(mvcpu)) {
        let (least, most) = MVCPU.into_inner();
        return refuse("mvcpu_limit", format!("{mvcpu} is not possible: choose {least} to {most}"));
    }
    let allowed = mvcpu.map_or(LEAST_MEMORY..=MOST_MEMORY, memory_for);
    if let Some(memory) = memory.filter(|memory| !allowed.contains(memory)) {
        let (least, most) = (allowed.start(), allowed.end());
        let with = mvcpu.map(|mvcpu| format!(" with {mvcpu} mvCPU")).unwrap_or_default();
        return refuse(
            "memory_limit_bytes",
            format!("{memory} is not possible{with}: choose {least} to {most}"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(mvcpu: Option<u32>, memory: Option<u64>, why: &str) {
        let error = check("CreateContainer", mvcpu, memory.map(Size::megabytes)).unwrap_err();
        assert!(error.is_invalid_arguments());
        assert_eq!(error.to_string(), format!("CreateContainer: {why}"));
    }

    #[test]
    fn the_whole_range_is_let_through_and_no_more() {
        for (mvcpu, memory) in [
            (70, 128),
            (70, 280),
            (128, 128),
            (1000, 1000),
            (1000, 4000),
            (3057, 12_228),
            (6000, 6000),
            (6000, 12_228),
        ] {
            check("CreateContainer", Some(mvcpu), Some(Size::megabytes(memory))).unwrap();
        }
        refused(Some(69), None, "mvcpu_limit: 69 is not possible: choose 70 to 6000");
        refused(Some(6001), Some(8000), "mvcpu_limit: 6001 is not possible: choose 70 to 6000");
        refused(None, Some(127), "memory_limit_bytes: 127 MB is not possible: choose 128 MB to 12228 MB");
        refused(
            None,
            Some(12_229),
            "memory_limit_bytes: 12229 MB is not possible: choose 128 MB to 12228 MB",
        );
        let small = "memory_limit_bytes: 281 MB is not possible with 70 mvCPU: choose 128 MB to 280 MB";
        refused(Some(70), Some(281), small);
        let large = "memory_limit_bytes: 5999 MB is not possible with 6000 mvCPU: choose 6 GB to 12228 MB";
        refused(Some(6000), Some(5999), large);
    }

    #[test]
    fn what_is_not_said_is_not_refused() {
        check("UpdateContainer", None, None).unwrap();
        check("UpdateContainer", Some(70), None).unwrap();
        check("UpdateContainer", None, Some(Size::megabytes(12_228))).unwrap();
    }
}
