//! The lake: what happened, person by person, in columns, and the folds over it.
