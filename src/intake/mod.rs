//! What other programs wrote, as answers.
