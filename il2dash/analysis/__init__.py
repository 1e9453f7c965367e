"""Floor 2: statistics. Arrays in, numbers out; a trial and a specification in, a frozen result out."""
