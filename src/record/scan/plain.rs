//! Whether bytes are text of which it is certain, without looking anything up, that it is in normal form.

/// UTF-8 without control characters in which every letter is certainly in normal form: ASCII, Latin up to U+02FF,
/// Vietnamese (U+1E00–U+1EFF) and common punctuation (U+2002–U+203F). Inlined, so that it can be compiled for what a machine has.
#[inline(always)]
pub fn is_plain_text(line: &[u8]) -> bool {
    // Two blanks in front, and at least one behind, of what is looked at: every byte is judged by the two before it, and a
    // letter that is cut off at the end lacks what a blank is not.
    let (mut edge, first) = ([b' '; AT_ONCE + 2], line.len().min(AT_ONCE));
    edge[2..2 + first].copy_from_slice(&line[..first]);
    let mut from = first.saturating_sub(2);
    if !is_plain_part(&edge) {
        return false;
    }
    while let Some(part) = line[from..].first_chunk() {
        if !is_plain_part(part) {
            return false;
        }
        from += AT_ONCE;
    }
    let rest = &line[from..];
    edge = [b' '; AT_ONCE + 2];
    edge[..rest.len()].copy_from_slice(rest);
    is_plain_part(&edge)
}

/// So many bytes are looked at together, without branches, so that the compiler can take many at a time.
const AT_ONCE: usize = 64;

/// Whether bytes behind two others are plain text.
#[inline(always)]
fn is_plain_part(part: &[u8; AT_ONCE + 2]) -> bool {
    let (mut all, mut least, mut wrong) = (0, 0xff, false);
    for byte in part {
        all |= byte;
        least = least.min(*byte);
    }
    // Most of a line is ASCII, of which only the control characters are wrong.
    if all < 0x80 {
        return least >= 0x20;
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
