//! Areas, distances and fences over points written as `lat lon alt acc`, several separated by `;`.

/// Equatorial radius in metres, as ODK Collect uses it.
const RADIUS: f64 = 6_378_100.0;

/// Latitude and longitude in degrees.
pub type Point = (f64, f64);

/// Reads points; `None` when one is none.
pub fn points(text: &str) -> Option<Vec<Point>> {
    let point = |part: &str| {
        let mut numbers = part.split_whitespace().map(str::parse::<f64>);
        let (Some(Ok(latitude)), Some(Ok(longitude))) = (numbers.next(), numbers.next()) else { return None };
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && numbers.all(|n| n.is_ok())).then_some((latitude, longitude))
    };
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let given = if parts.last().is_some_and(|last| last.is_empty()) { &parts[..parts.len() - 1] } else { &parts[..] };
    (!given.is_empty()).then(|| given.iter().map(|part| point(part)).collect()).flatten()
}

/// Whether a text is a line of two points or more, or an area of at least three corners that ends where it began.
pub fn is_line(text: &str, closes: bool) -> bool {
    let points = points(text).unwrap_or_default();
    match closes {
        true => points.len() > 3 && points.first() == points.last(),
        false => points.len() > 1,
    }
}

/// The length of a line in metres, along great circles.
pub fn distance(points: &[Point]) -> f64 {
    let metres: f64 = points.windows(2).map(|pair| between(pair[0], pair[1])).sum();
    // Nothing is measured to a millionth of a metre; meridians that meet at a pole are 0 apart, not 1e-11.
    (metres * 1e6).round() / 1e6
}

/// Great-circle distance (haversine).
fn between(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (by_lat, by_lon) = ((lat_b - lat_a) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let h = by_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * by_lon.sin().powi(2);
    2.0 * RADIUS * h.sqrt().min(1.0).asin()
}

/// The area inside a ring in square metres, on a plane through its first point.
pub fn area(points: &[Point]) -> f64 {
    let Some(first) = points.first() else { return 0.0 };
    let circumference = 2.0 * std::f64::consts::PI * RADIUS;
    let plane = |p: &Point| ((p.1 - first.1) * circumference * p.0.to_radians().cos() / 360.0, (p.0 - first.0) * circumference / 360.0);
    let ring: Vec<(f64, f64)> = points.iter().map(plane).collect();
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    pairs.map(|(a, b)| (a.0 * b.1 - b.0 * a.1) / 2.0).sum::<f64>().abs()
}

/// Whether a point lies inside a ring (by the number of edges that a line from it crosses).
pub fn inside(point: Point, ring: &[Point]) -> bool {
    let crosses = |(a, b): (&Point, &Point)| {
        let straddles = (a.1 > point.1) != (b.1 > point.1);
        straddles && point.0 < (b.0 - a.0) * (point.1 - a.1) / (b.1 - a.1) + a.0
    };
    ring.iter().zip(ring.iter().cycle().skip(1)).filter(|pair| crosses(*pair)).count() % 2 == 1
}

/// Whether a line crosses or touches itself other than where one piece follows another.
pub fn crosses_itself(points: &[Point]) -> bool {
    let pieces: Vec<(Point, Point)> = points.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let closed = points.len() > 2 && points.first() == points.last();
    pieces.iter().enumerate().any(|(at, a)| {
        pieces.iter().enumerate().skip(at + 2).any(|(other, b)| {
            let follow = closed && at == 0 && other == pieces.len() - 1;
            !follow && meet(*a, *b)
        })
    })
}

fn meet(a: (Point, Point), b: (Point, Point)) -> bool {
    let side = |from: Point, to: Point, p: Point| ((to.0 - from.0) * (p.1 - from.1) - (to.1 - from.1) * (p.0 - from.0)).partial_cmp(&0.0);
    let on = |from: Point, to: Point, p: Point| (from.0.min(to.0)..=from.0.max(to.0)).contains(&p.0) && (from.1.min(to.1)..=from.1.max(to.1)).contains(&p.1);
    let equal = Some(std::cmp::Ordering::Equal);
    let sides = (side(a.0, a.1, b.0), side(a.0, a.1, b.1), side(b.0, b.1, a.0), side(b.0, b.1, a.1));
    if sides.0 != sides.1 && sides.2 != sides.3 {
        return true;
    }
    (sides.0 == equal && on(a.0, a.1, b.0)) || (sides.1 == equal && on(a.0, a.1, b.1)) || (sides.2 == equal && on(b.0, b.1, a.0)) || (sides.3 == equal && on(b.0, b.1, a.1))
}
