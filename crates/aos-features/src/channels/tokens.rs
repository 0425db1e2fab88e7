//! When tokens are renewed, and when a person has to consent again. Pure.

use aos_capabilities::connect::{Renewal, Tokens};
use aos_kernel::Timestamp;
use chrono::TimeDelta;
use uuid::Uuid;

use super::store::grants::Times;

/// Access that ends sooner than this is renewed before it is used.
const SHORTEST_MARGIN: TimeDelta = TimeDelta::minutes(5);
const LONGEST_MARGIN: TimeDelta = TimeDelta::days(7);

/// What is known of tokens that were obtained at this moment. `spread` keeps those that came together from being renewed
/// together: the same for one grant each time.
pub(super) fn times(renewal: Renewal, tokens: &Tokens, obtained: Timestamp, spread: Uuid) -> Times {
    let renewable = tokens.refresh.is_some() && matches!(renewal, Renewal::Lasting | Renewal::Rotating);
    let ends_at = match renewal {
        _ if !renewable => tokens.expires_at,
        // What brings new access has an end of its own, and using it does not put that off.
        Renewal::Lasting => tokens.refresh_expires_at,
        Renewal::Rotating | Renewal::Never | Renewal::ByConsent => None,
    };
    // The earlier of both ends, where the refresh token's may come first.
    let end = [tokens.expires_at, tokens.refresh_expires_at].into_iter().flatten().min();
    let renew_at = end.filter(|_| renewable).map(|end| before(end, obtained, spread));
    Times { expires_at: tokens.expires_at, ends_at, renew_at, scopes: tokens.scopes.clone() }
}

/// A tenth of its life before the end, and up to half of that earlier.
fn before(end: Timestamp, obtained: Timestamp, spread: Uuid) -> Timestamp {
    let life = (end - obtained).max(TimeDelta::zero());
    let margin = (life / 10).clamp(SHORTEST_MARGIN, LONGEST_MARGIN).min(life / 2);
    // The tail of a UUIDv7 is random.
    let share = i32::try_from(spread.as_u128() % 1000).unwrap_or(0);
    end - margin - margin / 2 * share / 1000
}

#[cfg(test)]
mod tests {
    use aos_kernel::Secret;

    use super::*;

    fn tokens(refresh: bool, expires: Option<i64>, refresh_expires: Option<i64>) -> Tokens {
        let at = |minutes: i64| start() + TimeDelta::minutes(minutes);
        Tokens {
            access: Secret::new("a"),
            refresh: refresh.then(|| Secret::new("r")),
            expires_at: expires.map(at),
            refresh_expires_at: refresh_expires.map(at),
            scopes: None,
        }
    }

    fn start() -> Timestamp {
        "2026-04-01T09:00:00Z".parse().unwrap()
    }

    /// Minutes from the start until it is renewed and until it ends, with the least spread.
    fn minutes(renewal: Renewal, tokens: &Tokens) -> (Option<i64>, Option<i64>) {
        let times = times(renewal, tokens, start(), Uuid::nil());
        let from_start = |at: Timestamp| (at - start()).num_minutes();
        (times.renew_at.map(from_start), times.ends_at.map(from_start))
    }

    #[test]
    fn each_platform_is_renewed_by_its_own_rule() {
        let (hour, day) = (60, 60 * 24);
        for (renewal, tokens, expected) in [
            (Renewal::Never, tokens(false, None, None), (None, None)),
            (Renewal::ByConsent, tokens(false, Some(60 * day), None), (None, Some(60 * day))),
            (Renewal::Lasting, tokens(true, Some(hour), None), (Some(54), None)),
            (Renewal::Lasting, tokens(true, Some(60 * day), Some(365 * day)), (Some(54 * day), Some(365 * day))),
            // The vendor gave no refresh token: only the person can go on.
            (Renewal::Lasting, tokens(false, Some(60 * day), None), (None, Some(60 * day))),
            (Renewal::Rotating, tokens(true, Some(2 * hour), Some(180 * day)), (Some(108), None)),
            (Renewal::Rotating, tokens(true, None, Some(10 * day)), (Some(9 * day), None)),
            // Half of a very short life at least is used.
            (Renewal::Rotating, tokens(true, Some(4), None), (Some(2), None)),
        ] {
            assert_eq!(minutes(renewal, &tokens), expected, "{renewal} {tokens:?}");
        }
    }

    #[test]
    fn those_that_came_together_are_renewed_apart_and_all_in_time() {
        let tokens = tokens(true, Some(1000), None);
        let at = |spread| times(Renewal::Lasting, &tokens, start(), spread).renew_at.unwrap();
        let moments: std::collections::BTreeSet<_> = (0..50).map(|_| at(Uuid::now_v7())).collect();
        assert!(moments.len() > 20);
        assert!(moments.iter().all(|at| (850..=900).contains(&(*at - start()).num_minutes())));
    }
}
