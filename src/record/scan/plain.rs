//! Whether bytes are text of which it is certain, without looking anything up, that it is in normal form.

/// UTF-8 without control characters in which every letter is certainly in normal form: ASCII, Latin up to U+02FF,
/// Vietnamese (U+1E00–U+1EFF) and common punctuation (U+2002–U+203F).
pub fn is_plain_text(line: &[u8]) -> bool {
    // Two blanks in front, and one behind, of what is looked at: every byte is judged by the two before it.
    let (start, rest) = line.split_at(line.len().min(2));
    let mut edge = [b' '; 4];
    edge[2..2 + start.len()].copy_from_slice(start);
    let mut plain = (0..start.len()).all(|at| !is_wrong(edge[at], edge[at + 1], edge[at + 2]));
    let mut done = 0;
    while let Some(part) = line[done..].first_chunk::<{ AT_ONCE + 2 }>() {
        if !is_plain_part(part) {
            return false;
        }
        done += AT_ONCE;
    }
    plain &= (done..rest.len()).all(|at| !is_wrong(line[at], line[at + 1], line[at + 2]));
    let back = |count: usize| line.len().checked_sub(count).map_or(b' ', |at| line[at]);
    // A letter that is cut off at the end lacks what a blank is not.
    plain && !is_wrong(back(2), back(1), b' ')
}

/// So many bytes are looked at together, without branches, so that the compiler can take many at a time.
const AT_ONCE: usize = 64;

/// Whether bytes behind two others are plain text.
fn is_plain_part(part: &[u8; AT_ONCE + 2]) -> bool {
    let (mut all, mut low, mut wrong) = (0, false, false);
    for byte in part {
        all |= byte;
    }
    // Most of a line is ASCII, of which only the control characters are wrong.
    if all < 0x80 {
        for byte in &part[2..] {
            low |= *byte < 0x20;
        }
        return !low;
    }
    for at in 0..AT_ONCE {
        wrong |= is_wrong(part[at], part[at + 1], part[at + 2]);
    }
    !wrong
}

/// Whether a byte cannot stand behind two others in plain text.
#[inline(always)]
fn is_wrong(before: u8, last: u8, byte: u8) -> bool {
    let of_two = |lead: u8| lead.wrapping_sub(0xc2) <= 0xcb - 0xc2;
    let of_three = |lead: u8| (lead == 0xe1) | (lead == 0xe2);
    let is_tail = byte & 0xc0 == 0x80;
    let needs_tail = of_two(last) | of_three(last) | of_three(before);
    let is_stray = (byte >= 0xc0) & !of_two(byte) & !of_three(byte);
    let is_other = ((last == 0xe1) & (byte.wrapping_sub(0xb8) > 0xbb - 0xb8)) | ((last == 0xe2) & (byte != 0x80)) | ((before == 0xe2) & (byte < 0x82));
    (byte < 0x20) | (is_tail != needs_tail) | is_stray | is_other
}
