package ui

import "strconv"

// FaceQuestion asks for one of the five faces.
type FaceQuestion struct {
	ID       string // the ground of all ids within
	Name     string // of the form value, which is "1" to "5"
	Question string // "How are you today, Mary?"
	Heading  bool   // the question is the page's heading
	Hint     string
	Error    string
	Words    [5]string // "Very bad" to "Very good"
	Digits   [5]string // as one would text them
	Chosen   int       // 1 to 5; 0: none yet
	Required bool
}

func (q FaceQuestion) choiceID(score int) string { return q.ID + "-" + strconv.Itoa(score) }
