package reply

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

//go:embed words/*.txt
var files embed.FS

// Languages are the languages that have lists, English first.
var Languages = []string{"en", "es", "ar"}

// sectionNames are what a list may hold; a misspelt heading must not pass for
// an empty list.
var sectionNames = []string{
	"stop", "stop_lead", "stop_phrases", "lead_in", "start", "yes", "no", "help", "private", "private_around", "polite",
	"numbers", "weak_numbers", "of", "scale", "fillers", "negations", "undeniable", "denial_gap", "denial_lists",
	"units", "units_of_one", "labels", "unsure_before", "unsure_after", "cues_before", "cue_gap", "cues_after",
	"plural_ending", "not_plural", "irregular_plurals", "question_starts", "question_phrases", "wrong_number", "auto_reply",
	"other_measures", "measure_gap", "goes_on", "others", "own", "determiners", "delighted", "wretched", "days", "weeks", "pause_words", "took", "pills", "glued", "no_typos",
	"commands_patient", "commands_follower", "commands_clinician",
}

// phraseSections are read as phrases, like the crisis lists.
var phraseSections = []string{"wrong_number", "auto_reply", "question_phrases"}

// wholeSections are those in which a word must stand as it is listed: what fits
// them is acted on.
var wholeSections = []string{
	"stop", "stop_lead", "stop_phrases", "start", "yes", "no", "help", "private", "polite", "of", "commands_patient", "commands_follower", "commands_clinician",
}

// lists are the words of the languages that one text is read in.
type lists struct {
	words  map[string][]entry            // section -> entries
	first  map[string]map[string][]entry // section -> first word -> entries
	single map[string]wordsSet           // section -> entries of one word -> value
	crisis map[rune][]phraseGroup        // first letter -> phrases by their first word
	known  wordsSet                      // every word of every section
	plural []plural

	phrases map[string]map[string][]phrase // section of phraseSections -> first word -> phrases
}

// phraseGroup are the crisis phrases with one first word: most words of a text
// begin none of them, and are done with after one look.
type phraseGroup struct {
	first   string
	phrases []phrase
}

// mayBegin reports whether the word may begin the group's phrases: as it is,
// with a slip, or with spaces that are missing or too many.
func (l *lists) mayBegin(w string, g phraseGroup) bool {
	return strings.HasPrefix(w, g.first) || strings.HasPrefix(g.first, w) || g.phrases[0].loose && l.typoOf(w, g.first)
}

// putCrisis adds a phrase to the group of its first word. Groups hold either
// only phrases that allow slips or none.
func (l *lists) putCrisis(p phrase) {
	first, _ := utf8.DecodeRuneInString(p.words[0])
	for i, g := range l.crisis[first] {
		if g.first == p.words[0] && g.phrases[0].loose == p.loose {
			l.crisis[first][i].phrases = append(g.phrases, p)
			return
		}
	}
	l.crisis[first] = append(l.crisis[first], phraseGroup{p.words[0], []phrase{p}})
}

type wordsSet map[string]int

// entry is one line of a list: its words and, for numbers and scales, its value.
type entry struct {
	words []string
	value int
	name  string // of a command
}

// phrase is one wording of a crisis concept.
type phrase struct {
	flag    string
	words   []string
	whole   bool     // must be the whole text
	begins  bool     // must begin a sentence or follow a lead-in
	loose   bool     // may be written with slips of the finger
	without []string // must not be the next word
}

// gap in a phrase stands for a few words.
const gap = "..."

type plural struct {
	ending string
	except wordsSet
}

// byLanguage holds, per language, its own lists joined with English.
var byLanguage = mustLoad()

// listsFor returns the lists of a language; one we have no list for reads
// English only.
func listsFor(lang string) *lists {
	if l, ok := byLanguage[lang]; ok {
		return l
	}
	return byLanguage["en"]
}

// mustLoad reads the embedded lists. They are part of the program: one that
// cannot be read stops it at its first start and every test of the package.
func mustLoad() map[string]*lists {
	all := map[string]*lists{}
	for _, lang := range Languages {
		l := &lists{
			words: map[string][]entry{}, first: map[string]map[string][]entry{}, single: map[string]wordsSet{},
			crisis: map[rune][]phraseGroup{}, phrases: map[string]map[string][]phrase{}, known: wordsSet{},
		}
		read := []string{lang}
		if lang != "en" {
			read = append(read, "en")
		}
		for _, from := range read {
			if err := l.add(from); err != nil {
				panic("reply: " + err.Error())
			}
		}
		all[lang] = l
	}
	return all
}

func (l *lists) add(lang string) error {
	sections, err := readSections("words/" + lang + ".txt")
	if err != nil {
		return err
	}
	for section, lines := range sections {
		if !slices.Contains(sectionNames, section) {
			return fmt.Errorf("words/%s.txt: nothing reads [%s]", lang, section)
		}
		for _, line := range lines {
			if slices.Contains(phraseSections, section) {
				p, err := parsePhrase("", line)
				if err != nil {
					return fmt.Errorf("words/%s.txt [%s]: %w", lang, section, err)
				}
				if l.phrases[section] == nil {
					l.phrases[section] = map[string][]phrase{}
				}
				l.phrases[section][p.words[0]] = append(l.phrases[section][p.words[0]], p)
				continue
			}
			e, err := parseEntry(section, line)
			if err != nil {
				return fmt.Errorf("words/%s.txt [%s]: %w", lang, section, err)
			}
			l.put(section, e)
			if lang == "ar" && !slices.Contains(wholeSections, section) && len(e.words) == 1 {
				// "and" is written as a letter in front of the word.
				e.words = []string{"و" + e.words[0]}
				l.put(section, e)
			}
		}
	}
	if len(sections["plural_ending"]) > 0 {
		p := plural{ending: Normalise(sections["plural_ending"][0]), except: wordsSet{}}
		for _, w := range sections["not_plural"] {
			p.except[Normalise(w)] = 1
		}
		l.plural = append(l.plural, p)
	}
	crisis, err := readSections("words/" + lang + ".crisis.txt")
	if err != nil {
		return err
	}
	for _, flag := range crisisFlags {
		for _, line := range crisis[flag] {
			p, err := parsePhrase(flag, line)
			if err != nil {
				return fmt.Errorf("words/%s.crisis.txt [%s]: %w", lang, flag, err)
			}
			p.loose = slices.Contains(slipsAllowed, flag)
			l.putCrisis(p)
		}
		delete(crisis, flag)
	}
	if v, err := strconv.Atoi(strings.Join(crisis["version"], "")); err != nil || v < 1 {
		return fmt.Errorf("words/%s.crisis.txt: no version", lang)
	}
	delete(crisis, "version")
	for flag := range crisis {
		return fmt.Errorf("words/%s.crisis.txt: no flag is called %q", lang, flag)
	}
	return nil
}

func (l *lists) put(section string, e entry) {
	for _, w := range e.words {
		l.known[w] = 1
	}
	l.words[section] = append(l.words[section], e)
	if l.first[section] == nil {
		l.first[section], l.single[section] = map[string][]entry{}, wordsSet{}
	}
	l.first[section][e.words[0]] = append(l.first[section][e.words[0]], e)
	if _, twice := l.single[section][e.words[0]]; len(e.words) == 1 && !twice {
		l.single[section][e.words[0]] = e.value
	}
}

// readSections reads "[name]" headings with one entry a line.
func readSections(path string) (map[string][]string, error) {
	raw, err := files.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sections, name := map[string][]string{}, ""
	for n, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			name = line[1 : len(line)-1]
		case name == "":
			return nil, fmt.Errorf("%s:%d: an entry before the first section", path, n+1)
		default:
			sections[name] = append(sections[name], line)
		}
	}
	return sections, nil
}

func parseEntry(section, line string) (entry, error) {
	if line == "/" {
		return entry{words: []string{"/"}}, nil
	}
	var e entry
	left, right, valued := strings.Cut(line, " = ")
	switch {
	case strings.HasPrefix(section, "commands_"):
		if !valued {
			return e, fmt.Errorf("%q lacks its command", line)
		}
		e.name, left = strings.TrimSpace(left), right
	case section == "numbers" || section == "scale":
		n, err := strconv.Atoi(strings.TrimSpace(right))
		if err != nil {
			return e, fmt.Errorf("%q lacks its number", line)
		}
		e.value = n
	}
	e.words = splitWords(left)
	if len(e.words) == 0 {
		return e, fmt.Errorf("%q is empty once folded", line)
	}
	return e, nil
}

// parsePhrase reads one phrase: see the head of en.crisis.txt.
func parsePhrase(flag, line string) (phrase, error) {
	p := phrase{flag: flag}
	said, without, _ := strings.Cut(line, " ! ")
	p.without = splitWords(without)
	if rest, ok := strings.CutPrefix(said, "= "); ok {
		p.whole, said = true, rest
	} else if rest, ok := strings.CutPrefix(said, "^ "); ok {
		p.begins, said = true, rest
	}
	for i, part := range strings.Split(said, " "+gap+" ") {
		if i > 0 {
			p.words = append(p.words, gap)
		}
		words := splitWords(part)
		if len(words) == 0 {
			return p, fmt.Errorf("%q is empty once folded", line)
		}
		p.words = append(p.words, words...)
	}
	return p, nil
}

func splitWords(s string) []string {
	return strings.FieldsFunc(Normalise(s), func(c rune) bool { return c == ' ' || c == '-' })
}
