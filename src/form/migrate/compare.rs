//! Two versions of a form side by side.
