package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// A nurse writes down a note and a goal at a browser without script. Mary reads the goal
// on her own page, and neither she nor Sam sees the note.
func TestANoteAndAGoalAreWrittenDown(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	dana := f.dana.SignsIn("clinic")
	patient := "/clinic/patients/" + f.mary.id
	form := url.Values{"kind": {"written"}, "words": {strings.Repeat("stick ", 500)}, "key": {carenet.NewID(time.Now()).String()}}
	dana.Posts(patient+"/notes", form).Shows(http.StatusUnprocessableEntity, "Nothing was kept", "stick stick stick")
	form.Set("words", "Walks with a stick.")
	for range 2 {
		dana.Posts(patient+"/notes", form).Shows(http.StatusOK, "The note is kept.", "Walks with a stick.")
	}
	day := time.Now().AddDate(0, 0, 30).Format(time.DateOnly)
	dana.Posts(patient+"/goals", url.Values{"kind": {"agreed"}, "words": {"walk to the shop twice a week"}, "review": {day}}).
		Shows(http.StatusOK, "Kept.", "walk to the shop twice a week", "Agreed with Nurse Dana, today")
	if n := f.count("SELECT count(*) FROM patient_note"); n != 1 {
		f.fail("%d notes, want one: it was sent twice", n)
	}
	f.mary.Texts("WEB")
	link, err := url.Parse(f.mary.Expects("/in/").Link())
	if err != nil {
		t.Fatal(err)
	}
	mary := f.visitor("Mary's browser")
	mary.Posts(link.Path, nil).Shows(http.StatusOK)
	mary.Opens("/me").Shows(http.StatusOK, "What I want to reach", "walk to the shop twice a week", "Agreed with Nurse Dana, today").Without("stick")
	f.sam.SignsIn("follower").Opens("/circle").Shows(http.StatusOK).Without("stick", "walk to the shop")
}

// What Mary says in words waits for a nurse, by text and from a page, until one has read
// it; nobody is texted by that.
func TestWordsWaitForANurse(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	dana := f.dana.SignsIn("clinic")
	f.mary.Texts("3")
	f.mary.Expects("noted 3 of 5")
	dana.Opens("/clinic/words").Shows(http.StatusOK, "Everything has been read.")
	f.mary.Texts("the garden was lovely")
	f.mary.Expects("words are kept")
	dana.Opens("/clinic").Shows(http.StatusOK, "1 answer in words to read")
	waiting := dana.Opens("/clinic/words").Shows(http.StatusOK, "the garden was lovely", "Mary Okafor")
	form := url.Values{"shown": {waiting.Find(`name="shown" value="([0-9a-f-]+)"`)}}
	dana.Posts("/clinic/words", form).Shows(http.StatusOK, "1 is marked as read.", "Everything has been read.")
	dana.Posts("/clinic/words", form).Shows(http.StatusOK, "Somebody has marked them already.")
	dana.Opens("/clinic").Shows(http.StatusOK).Without("in words to read")
	f.mary.ExpectsNothingMore()
}
