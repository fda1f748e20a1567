package dialogue

import (
	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/reply"
)

// furtherSays reads a text as the answer to a further question, if one waits, or
// as the correction of one. It leaves to the rest whatever has a meaning of its
// own, in the order of reading: opt-out, crisis, help, commands, questions. The
// writer it returns has the text that is left to read.
func (d *decision) furtherSays(w writer, patients []Person) (writer, bool) {
	if w.Patient == nil || w.Patient.More == nil || !w.Patient.Active || w.ask || d.ctx.OptedOut || d.ctx.WrongNumber {
		return w, false
	}
	more := w.Patient.More
	if d.ctx.said().Before(more.SlotAt) || more.Over {
		return w, false
	}
	if more.CheckIn == carenet.NilID {
		return w, d.allAtOnce(w)
	}
	if rest, ok := reply.CutNamed(w.text, mainNames); ok && d.ctx.said().Sub(more.LastAt) <= carenet.CorrectWithin {
		w.text = rest // "overall 4": the first question's answer is corrected
		return w, false
	}
	if q, waits := more.Next(); waits && q.Item.Kind == ask.KindWords {
		return w, d.inWords(w, patients, q)
	}
	if left, done := d.meansMore(w, patients); left || done {
		return w, done
	}
	if q, rest, ok := d.namedItem(w, more); ok {
		behind := w
		behind.text = rest
		if left, done := d.meansMore(behind, patients); left || done {
			return behind, done
		}
		return w, d.item(w, q, rest, true)
	}
	q, waits := more.Next()
	correcting := !waits
	if correcting {
		var ok bool
		if q, ok = more.Answered(more.LastItem); !ok || q.Item.Kind == ask.KindWords || d.ctx.said().Sub(more.LastAt) > carenet.CorrectWithin {
			return w, false
		}
	}
	if d.answersOther(w, q, waits) {
		return w, false
	}
	r := d.read(w.text, reply.Context{Lang: w.Language, Role: reply.Patient, Scale: reply.Scale{Min: q.Item.Min, Max: q.Item.Max}})
	switch {
	// "أبدا", never, is an option and the word that starts texts again, which are not stopped.
	case r.Kind == reply.OptIn && q.Item.Kind != ask.KindYesNo && reply.ReadItem(w.text, itemOf(q.Item, w.Language)).Kind != reply.Answer, r.Kind == reply.Question && q.Item.Kind != ask.KindYesNo:
		return w, false
	}
	if list := reply.NumberList(w.text); !correcting && list != nil {
		if answers, ok := d.inOrder(more.Running, list, w.Language); ok {
			d.take(r, Read)
			d.record(w, more.CheckIn, more.Running, answers)
			return w, true
		}
	}
	if correcting {
		said := reply.ReadItem(w.text, itemOf(q.Item, w.Language))
		if said.Kind == reply.Words || q.Item.Kind == ask.KindYesNo && said.Kind != reply.Answer {
			return w, false
		}
	}
	return w, d.item(w, q, w.text, correcting)
}

// meansMore looks for what has a meaning of its own, before anything is taken for an
// answer: left is for the rest of the reading, done is done. A text that begins with a
// question's name may cry for help all the same (INV-10).
func (d *decision) meansMore(w writer, patients []Person) (left, done bool) {
	r := d.read(w.text, reply.Context{Lang: w.Language, Role: reply.Patient})
	switch {
	case r.Kind == reply.OptOut, r.Kind == reply.Help, r.Kind == reply.Command, r.Kind == reply.Question && r.Reason == "fixed_word",
		r.Has(reply.FlagAutoReply), r.Has(reply.FlagWrongNumber):
		return true, false
	case r.Kind == reply.Crisis:
		if w.Patient.Offer != nil && d.callsForOffer(r, w) {
			return true, false
		}
		// A number beside such words is not taken for an answer to another question.
		d.out.Patient = w.ID
		d.heardAnyway(w, patients)
		d.safety(r, w, patients)
		return false, true
	case w.Follower && followerCommand(d.text.Body, w.Language):
		return true, false
	}
	return false, d.staffCommand(w)
}

// callsForOffer says whether the cry is a yes to the offer of a call and no more.
func (d *decision) callsForOffer(r reply.Reading, w writer) bool {
	said, _, _ := sayTo(w.text)
	return said == carenet.OfferYes && r.Has(reply.FlagWantsContact) && !r.CallsForMore(reply.FlagWantsContact)
}

// answersOther says whether a yes or no is to something else that was asked: the offer
// of a call or a question of joining. Beside a further question that is answered with
// yes or no itself, a bare yes or no is the answer to that: the offer asks for a word of
// its own, and silence calls somebody.
func (d *decision) answersOther(w writer, q ask.Question, waits bool) bool {
	offered := w.Patient.Offer != nil && w.Patient.Offer.State == carenet.OfferOpen
	if !offered && len(d.others()) == 0 {
		return false
	}
	said, byName, _ := sayTo(w.text)
	return said != "" && (q.Item.Kind != ask.KindYesNo || !waits || byName)
}

// mainNames are what people call the first question when they correct its answer.
var mainNames = []string{"overall", "day", "general", "en general", "عموما", "اليوم"}

// namedItem finds the answered question that the text names.
func (d *decision) namedItem(w writer, more *Running) (ask.Question, string, bool) {
	for _, f := range more.Sets {
		for _, item := range f.Set.Items {
			q, ok := more.Answered(item.Code)
			if !ok || item.Kind == ask.KindWords {
				continue // what was said in words is not corrected by more words
			}
			var names []string
			for _, name := range item.Name {
				names = append(names, name)
			}
			rest, ok := reply.CutNamed(w.text, names)
			if ok && reply.ReadItem(rest, itemOf(item, w.Language)).Kind != reply.Words {
				return q, rest, true
			}
		}
	}
	return ask.Question{}, "", false
}

// itemOf is what the reader must know of a question.
func itemOf(i ask.Item, lang string) reply.Item {
	out := reply.Item{Kind: reply.ItemKind(i.Kind), Scale: reply.Scale{Min: i.Min, Max: i.Max}, Unit: i.Unit, Lang: lang}
	for _, o := range i.Options {
		if out.Options == nil {
			out.Options = map[string]int{}
		}
		out.Options[o.Words[lang]] = o.Value
	}
	return out
}

type answered struct {
	question ask.Question
	value    float64
	words    string // of a question that asks for words
}

// item takes the answer to one question, or asks for it once more.
func (d *decision) item(w writer, q ask.Question, text string, correcting bool) bool {
	more := w.Patient.More
	said := reply.ReadItem(text, itemOf(q.Item, w.Language))
	d.out.Kind, d.out.Reason, d.out.State = string(said.Kind), said.Reason, Read
	if said.Kind == reply.Answer && q.Item.Holds(said.Value) {
		if correcting {
			d.correct(w, q, said.Value)
			return true
		}
		d.record(w, more.CheckIn, more.Running, []answered{{question: q, value: said.Value}})
		return true
	}
	if more.Again == q.Item.Code {
		d.out.State, d.out.Reason = Unread, "the answer was asked for once already"
		return true
	}
	d.out.State = Stored
	if d.ctx.Answered >= MaxAnswers {
		d.out.State, d.out.Reason = Unread, tooMany
		return true
	}
	d.forPerson(reply.Reading{Words: text}, w.Person)
	d.question(carenet.ReplyNextAgain, q, w)
	d.out.ItemAgain = ItemAgain{Prompt: more.Prompt, Item: q.Item.Code}
	return true
}

// allAtOnce reads several answers in one text ("3 7 2"), the first to the first
// question. Where one does not fit its question all may be out of step, so none
// is taken and the rest of the reading asks.
func (d *decision) allAtOnce(w writer) bool {
	list := reply.NumberList(w.text)
	p := w.Patient
	if list == nil || !p.asked() {
		return false
	}
	first := reply.ReadItem(list[0], reply.Item{Kind: reply.ItemScale, Scale: reply.Scale{Min: p.Scale.Min, Max: p.Scale.Max}, Lang: w.Language})
	if first.Kind != reply.Answer {
		return false
	}
	answers, ok := d.inOrder(p.More.Running, list[1:], w.Language)
	if !ok {
		return false
	}
	score := int(first.Value)
	d.out.Patient = w.ID
	running := p.More
	p.More = nil // the check-in's own end must not ask what is answered here
	d.take(reply.Reading{Kind: reply.Answer, Reason: "several_answers"}, Read)
	d.checkIn(w, reply.Reading{Kind: reply.Answer, Score: &score}, true)
	p.More = running
	if d.out.CheckIn != nil {
		d.record(w, d.out.CheckIn.ID, running.Running, answers)
	}
	return true
}

// inOrder gives each number to the question that comes next at its place.
func (d *decision) inOrder(r ask.Running, list []string, lang string) ([]answered, bool) {
	var out []answered
	for _, text := range list {
		q, ok := r.Next()
		if !ok || q.Item.Kind == ask.KindWords {
			return nil, false
		}
		said := reply.ReadItem(text, itemOf(q.Item, lang))
		if said.Kind != reply.Answer || !q.Item.Holds(said.Value) {
			return nil, false
		}
		out = append(out, answered{question: q, value: said.Value})
		r = r.With(q.Item.Code, said.Value)
	}
	return out, true
}

// record keeps answers and asks what comes next. An answer that is a danger calls
// staff and says at once where help is.
func (d *decision) record(w writer, checkIn carenet.ID, r ask.Running, answers []answered) {
	danger := false
	for _, a := range answers {
		d.keepItem(w, checkIn, a)
		r = r.With(a.question.Item.Code, a.value)
		danger = danger || a.question.Item.Danger(a.value)
	}
	d.event(carenet.EventItem, w.ID, checkIn, carenet.Detail{Person: w.ID})
	if danger {
		d.danger(w)
	}
	next, ok := r.Next()
	switch {
	case ok:
		d.question(carenet.ReplyNext, next, w)
	case !danger:
		d.answer(carenet.ReplyAllAnswered, w)
	}
}

// correct keeps another answer to a question that has one.
func (d *decision) correct(w writer, q ask.Question, value float64) {
	more := w.Patient.More
	if more.Values[q.Item.Code] == value && d.ctx.said().Sub(more.LastAt) <= carenet.SameTextWithin {
		d.out.State, d.out.Reason = Stored, "the same answer once more"
		return
	}
	d.keepItem(w, more.CheckIn, answered{question: q, value: value})
	d.event(carenet.EventItem, w.ID, more.CheckIn, carenet.Detail{Person: w.ID})
	if q.Item.Danger(value) {
		d.danger(w)
		return
	}
	// Another answer may have made another question come next: a total that rose.
	if next, ok := more.With(q.Item.Code, value).Next(); ok {
		d.question(carenet.ReplyNext, next, w)
		return
	}
	d.guide(carenet.ReplyItemChanged, w)
}

func (d *decision) keepItem(w writer, checkIn carenet.ID, a answered) {
	more := w.Patient.More
	d.out.Items = append(d.out.Items, carenet.ItemAnswer{
		ID: carenet.NewID(d.ctx.Now), Org: d.ctx.Org, Patient: w.ID, CheckIn: checkIn, Prompt: more.Prompt,
		Set: a.question.Set, Item: a.question.Item.Code, Value: a.value, Channel: carenet.ChannelSMS,
		Worded: a.question.Item.Kind == ask.KindWords, Words: a.words,
		Inbound: d.ctx.Inbound, Day: more.Day, At: d.ctx.said(),
	})
}

// danger is what words of self-harm would do: staff are called, and the answer
// says where help is. No cap stands in its way.
func (d *decision) danger(w writer) {
	d.heardAnyway(w, nil)
	d.event(carenet.EventSafety, w.ID, d.ctx.Inbound, carenet.Detail{
		Flags: []string{reply.FlagSelfHarm}, Conversation: d.ctx.Conversation, Person: w.ID, Audience: w.as,
	})
	d.answer(carenet.ReplyCrisis, w)
}

// question asks a further question: it is our turn, whatever was answered of late.
func (d *decision) question(r carenet.Reply, q ask.Question, w writer) {
	d.event(carenet.EventReply, w.ID, d.ctx.Inbound, carenet.Detail{
		Reply: r, Conversation: d.ctx.Conversation, Sender: d.ctx.Sender, Person: w.ID, Audience: w.as, Set: q.Set, Item: q.Item.Code,
	})
}

// goesOn asks the first further question once the first of all has its answer.
func (d *decision) goesOn(w writer, c carenet.CheckIn, noThanks bool) bool {
	more := w.Patient.More
	if more == nil || noThanks || c.Prompt != more.Prompt || more.CheckIn != carenet.NilID || more.Over || c.Late {
		return noThanks
	}
	q, ok := more.Next()
	if !ok {
		return noThanks
	}
	d.question(carenet.ReplyNext, q, w)
	return true
}
