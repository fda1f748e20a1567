package alerts

// historyDays is how far back a state looks: the far end of the baseline.
const historyDays = baselineDays + baselineLag + 1

// recentAnswers is the most that any rule's reason shows.
const recentAnswers = 5

// State is all that the next answer of a patient must know of the answers
// before it. The zero State is a patient without answers. It is a value: a
// copy is independent. It is only ever a shortcut: Trend.Replay over the
// answers gives it again, so it need not be kept safe.
type State struct {
	started  bool // there was an answer
	first    Day  // the day of the first answer
	through  Day  // the last day that was taken in
	slots    [historyDays]slot
	baseline Baseline // the last that was ready
	ewma     float64  // meaningful when the baseline is ready
	streak   int
	prevDrop Number
	recent   [recentAnswers]Answer // newest first
	answers  int                   // of all time
	course   course

	lowStreak int
	anchorSum float64 // of the answers of the first weeks
	anchorN   int
	prompts   Prompts
	lastAsked Asking
	asked     bool // lastAsked is meaningful
}

// slot is a day of the history: at position day modulo its length.
type slot struct {
	score    float64
	answered bool
	episode  bool               // the day lies inside an episode
	items    map[string]float64 // never altered
}

// Through returns the last day that was taken in; ok is false before the first
// answer. Trend.Step takes only days after it.
func (s State) Through() (day Day, ok bool) { return s.through, s.started }

// Prompts returns how the patient's askings ended.
func (s State) Prompts() Prompts { return s.prompts }

// Baseline returns what is usual for the patient.
func (s State) Baseline() Baseline { return s.baseline }

// Episode returns the open episode; ok is false when there is none.
func (s State) Episode() (e Episode, ok bool) {
	if s.course.current == nil {
		return Episode{}, false
	}
	return *s.course.current, true
}

func (s *State) slot(d Day) *slot { return &s.slots[int(d-s.first)%historyDays] }

// pass takes in the days up to and including through, all without answer, and
// returns the episode that closed on one of them.
func (s *State) pass(scale Scale, through Day) (closed *Episode) {
	// Once the window holds no answer, further days change nothing.
	for d := s.through + 1; d <= min(through, s.through+historyDays); d++ {
		s.enter(scale, d)
		if s.course.overdue(d) {
			closed = s.course.close(d, ClosedLength)
			s.streak = 0
		}
	}
	s.through = max(s.through, through)
	return closed
}

// enter begins a day: forget the day that falls out of the history and learn
// the baseline, which moves also on days without answer. With too few answers
// to learn from, the last baseline stays.
func (s *State) enter(scale Scale, d Day) {
	*s.slot(d) = slot{}
	n := int(d - s.first)
	if n < baselineFirst {
		return
	}
	from, to := baselineWindow(n)
	var buf [baselineDays]float64
	scores := buf[:0]
	for i := from; i < to; i++ {
		if sl := &s.slots[i%historyDays]; sl.answered && !sl.episode {
			scores = append(scores, sl.score)
		}
	}
	b, ok := learn(scale, scores)
	if !ok {
		return
	}
	if !s.baseline.Ready() {
		s.ewma = b.Mean
	}
	b.From, b.To = s.first+Day(from), s.first+Day(to)
	s.baseline = b
}

// observe updates what an answer changes and returns the day's features.
func (s *State) observe(scale Scale, a Answer, more More) Features {
	var sincePrev Number
	if s.answers > 0 {
		sincePrev = Num(float64(a.Day - s.recent[0].Day))
	}
	copy(s.recent[1:], s.recent[:recentAnswers-1])
	s.recent[0] = a
	s.answers++
	*s.slot(a.Day) = slot{score: a.Score, answered: true, items: more.Items}
	s.prompts = s.prompts.Heard()
	if low(scale, a.Score) {
		s.lowStreak++
	} else {
		s.lowStreak = 0
	}
	if a.Day < s.first+anchorDays {
		s.anchorSum += a.Score
		s.anchorN++
	}
	var drop Number
	if b := s.baseline; b.Ready() {
		s.ewma = ewmaNext(s.ewma, a.Score)
		drop = Num(b.Mean - a.Score)
		if drop.Value >= belowLimit(scale.Level(), b.SD) {
			s.streak++
		} else {
			s.streak = 0
		}
	}
	f := s.standing(scale, a.Day)
	f.Answered, f.Score, f.DaysSincePrev = true, a.Score, sincePrev
	s.items(a.Day, more, &f)
	if drop.Known {
		f.Drop, f.PrevDrop = drop, s.prevDrop
		s.prevDrop = drop
	}
	return f
}

// last returns the last n answers, oldest first.
func (s *State) last(n int) []Answer {
	n = min(n, recentAnswers, s.answers)
	out := make([]Answer, n)
	for i := range out {
		out[i] = s.recent[n-1-i]
	}
	return out
}
