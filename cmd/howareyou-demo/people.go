package main

// The numbers of the demo. 07700 900xxx is kept free for drama by Ofcom.
const (
	serviceNumber = "+447700900999"
	zoneName      = "Europe/London"
)

// course is how a patient's ninety days went.
type course int

const (
	steady     course = iota // Mary: good days, close together
	stable                   // goes up and down a little
	noisy                    // good and bad days in turn
	gappy                    // answers three days of five
	holiday                  // was away for a week, by agreement
	outOfReach               // the network lost some of the texts
	declining                // fell in the last days, and two answers confirm it
	silent                   // answered, then stopped
	drifting                 // a little worse every week
)

// patient is somebody who is asked.
type patient struct {
	name, phone, language string
	at                    string  // when they are asked, on their clock
	usual                 float64 // around which their answers lie
	course                course
}

// follower is somebody in Mary's circle.
type follower struct {
	name, phone string
	words       bool // sees the words too, not the score alone
}

// clinician is a member of staff.
type clinician struct {
	name, phone string
	roles       []string
}

// mary is the patient whose circle the demo shows.
var mary = patient{"Mary Okafor", "+447700900001", "en", "09:00", 4.2, steady}

var (
	sam  = follower{"Sam Okafor", "+447700900101", true}
	ruth = follower{"Ruth", "+447700900102", false}
	dana = clinician{"Nurse Dana", "+447700900201", []string{"responder"}}
	lee  = clinician{"Dr Lee", "+447700900202", []string{"coordinator", "admin"}} // brings lists in, too
)

var patients = []patient{
	mary,
	{"José García", "+447700900002", "es", "09:30", 3.7, stable},
	{"Amina Haddad", "+447700900003", "ar", "10:00", 3.9, stable},
	{"Margaret Whitfield", "+447700900004", "en", "08:00", 4.1, declining},
	{"Dennis Cartwright", "+447700900005", "en", "08:00", 3.8, silent},
	{"Eileen Doherty", "+447700900006", "en", "08:30", 4.6, drifting},
	{"Winston Campbell", "+447700900007", "en", "08:30", 3.4, noisy},
	{"Priya Nair", "+447700900008", "en", "09:00", 4.0, stable},
	{"Gareth Pugh", "+447700900009", "en", "09:00", 3.2, stable},
	{"Harold Bennett", "+447700900010", "en", "09:00", 3.6, stable},
	{"Joan Bennett", "+447700900010", "en", "10:00", 3.1, stable},
	{"Sunita Patel", "+447700900011", "en", "09:00", 3.9, gappy},
	{"Alasdair Macleod", "+447700900012", "en", "09:30", 3.0, noisy},
	{"Beryl Ashworth", "+447700900013", "en", "09:30", 4.3, stable},
	{"Mohammed Rahman", "+447700900014", "en", "09:30", 3.5, stable},
	{"Chinwe Eze", "+447700900015", "en", "09:30", 4.0, holiday},
	{"Barbara Nowak", "+447700900016", "en", "10:00", 2.8, stable},
	{"Leroy Francis", "+447700900017", "en", "10:00", 3.7, noisy},
	{"Siân Roberts", "+447700900018", "en", "08:00", 4.4, stable},
	{"Tariq Hussain", "+447700900019", "en", "08:00", 3.3, stable},
	{"Doreen Hobbs", "+447700900020", "en", "08:30", 3.8, outOfReach},
	{"Kwame Mensah", "+447700900021", "en", "08:30", 4.1, stable},
	{"Mei Zhang", "+447700900022", "en", "10:00", 3.6, gappy},
	{"Frank Sutcliffe", "+447700900023", "en", "10:30", 2.6, stable},
	{"Nasreen Akhtar", "+447700900024", "en", "10:30", 3.9, stable},
	{"Patrick Gallagher", "+447700900025", "en", "10:30", 3.5, noisy},
	{"Olwen Davies", "+447700900026", "en", "10:30", 4.2, stable},
	{"George Papadopoulos", "+447700900027", "en", "11:00", 3.4, stable},
	{"Ivy Marsh", "+447700900028", "en", "11:00", 3.0, stable},
	{"Rosa Fernandes", "+447700900029", "en", "08:30", 4.0, gappy},
}
