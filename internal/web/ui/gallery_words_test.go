package ui

import (
	"fmt"
	"time"
)

// galleryWords are one language's sample words, as the pages would hand them in.
type galleryWords struct {
	lang, dir                                 string
	organisation, title                       string
	frame                                     PageWords
	nav                                       [3]string
	question, hint, choose                    string
	faces                                     [5]string
	digits                                    [5]string
	ownWords, ownHint, private, privateMeans  string
	tell, notNow, stop, more                  string
	phone, phoneHint, phoneError              string
	seen, today, note                         string
	badges                                    [4]string
	empty, emptyText, fault, kept, do, wait   string
	chart, chartDesc, sentence, spark, people string
	words                                     ChartWords
	day                                       func(time.Time) string
	score                                     func(float64) string
}

var english = galleryWords{
	lang: "en", dir: LTR, organisation: "Riverside Care", title: "How are you?",
	frame: PageWords{
		Skip: "Skip to the page", Menu: "Pages",
		NotEmergency: "This is not an emergency service. We read messages Monday to Friday, 9 to 5.",
		Call:         "In danger now? Call 999", CallNumber: "999",
		Offline: "You are not connected. What you see may be old.",
	},
	nav:      [3]string{"Patients", "Alerts", "Sign out"},
	question: "How are you today, Mary?", hint: "Choose the face that is nearest.", choose: "Please choose one face. Nothing is lost.",
	faces: [5]string{"Very bad", "Bad", "So-so", "Good", "Very good"}, digits: [5]string{"1", "2", "3", "4", "5"},
	ownWords: "In your own words", ownHint: "Leave this empty if you like.", private: "Keep this one private",
	privateMeans: "Only the clinic sees it. Sam can tell that it is private.",
	tell:         "Tell Sam", notNow: "Not now", stop: "Stop sending to Ruth", more: "See all answers",
	phone: "Your phone number", phoneHint: "With the country, such as +44.", phoneError: "This number is too short. Check it and try again.",
	seen: "The clinic has read it.", today: "today 10:12", note: "Slept badly, but the garden helped.",
	badges: [4]string{"Nurse Dana has this", "Watch", "Call today", "Feeling well"},
	empty:  "Nobody is waiting for you", emptyText: "The last check-in came at 10:42.",
	fault: "We could not send your answer", kept: "Your words are still here.", do: "Wait a minute and press the button again.", wait: "Sending…",
	chart: "Mary, the last 28 days", chartDesc: "Twenty answers between 2 and 5, one of them by Sam; the last three are low. Alert 4821 opened yesterday.",
	sentence: "Usually 4. Last three answers: 2, 2, 3.", spark: "Usually 4, now 2", people: "Patients",
	words: ChartWords{
		Self: "Mary", Proxy: "Sam for Mary", Staff: "the clinic", Missed: "no answer", Usual: "usual", Flag: "alert",
		Table: "Show as a table", Day: "Day", Answer: "Answer", Who: "Who",
	},
	day: func(t time.Time) string { return t.Format("2 Jan") },
}

var arabic = galleryWords{
	lang: "ar", dir: RTL, organisation: "رعاية النهر", title: "كيف حالك؟",
	frame: PageWords{
		Skip: "انتقل إلى الصفحة", Menu: "الصفحات",
		NotEmergency: "هذه ليست خدمة طوارئ. نقرأ الرسائل من الاثنين إلى الجمعة، من 9 إلى 5.",
		Call:         "في خطر الآن؟ اتصل بالرقم 999", CallNumber: "999",
		Offline: "أنت غير متصل. قد يكون ما تراه قديمًا.",
	},
	nav:      [3]string{"المرضى", "التنبيهات", "خروج"},
	question: "كيف حالك اليوم يا أمينة؟", hint: "اختاري الوجه الأقرب.", choose: "من فضلك اختاري وجهًا واحدًا. لم يضع شيء.",
	faces: [5]string{"سيئة جدًا", "سيئة", "متوسطة", "جيدة", "جيدة جدًا"}, digits: [5]string{"١", "٢", "٣", "٤", "٥"},
	ownWords: "بكلماتك أنت", ownHint: "اتركيها فارغة إن أردت.", private: "اجعلي هذه خاصة",
	privateMeans: "العيادة وحدها تراها. يعرف سامي أنها خاصة.",
	tell:         "أخبري سامي", notNow: "ليس الآن", stop: "أوقفي الإرسال إلى روث", more: "كل الإجابات",
	phone: "رقم هاتفك", phoneHint: "مع رمز البلد، مثل \u200e+44.", phoneError: "هذا الرقم قصير. راجعيه وحاولي مرة أخرى.",
	seen: "قرأتها العيادة.", today: "اليوم 10:12", note: "نمت قليلًا، لكن الحديقة ساعدتني.",
	badges: [4]string{"الممرضة دانا تتابع", "راقب", "اتصل اليوم", "بخير"},
	empty:  "لا أحد ينتظرك", emptyText: "وصل آخر رد في 10:42.",
	fault: "لم نستطع إرسال إجابتك", kept: "كلماتك ما زالت هنا.", do: "انتظري دقيقة ثم اضغطي الزر مرة أخرى.", wait: "جارٍ الإرسال…",
	chart: "أمينة، آخر 28 يومًا", chartDesc: "عشرون إجابة بين 2 و5، إحداها من سامي، وآخر ثلاث منخفضة. فُتح التنبيه 4821 أمس.",
	sentence: "عادةً 4. آخر ثلاث إجابات: 2، 2، 3.", spark: "عادةً 4، الآن 2", people: "المرضى",
	words: ChartWords{
		Self: "أمينة", Proxy: "سامي عن أمينة", Staff: "العيادة", Missed: "لا إجابة", Usual: "المعتاد", Flag: "تنبيه",
		Table: "عرض كجدول", Day: "اليوم", Answer: "الإجابة", Who: "من",
	},
	day: func(t time.Time) string {
		return fmt.Sprintf("%s/%s", easternDigits(t.Day()), easternDigits(int(t.Month())))
	},
	score: func(s float64) string { return easternDigits(int(s)) },
}

func easternDigits(n int) string {
	var out []rune
	for _, r := range fmt.Sprint(n) {
		out = append(out, r-'0'+'٠')
	}
	return string(out)
}
