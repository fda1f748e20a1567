package e2e

// script is what people say, and are called, in one language. "#" is the number
// of the alert that the nurse heard of last, "%" that of the stranger's phone.
type script map[string]string

// scripts must have the same lines: a language that lacks one fails.
var scripts = map[string]script{
	"en": {
		"news question": "Is there anything you want to tell us?", "less": "LESS", "more": "MORE",
		"allow": "ALLOW Sam", "disallow": "DISALLOW Sam", "patient three": "Mary 3", "patient hospital": "Mary is in hospital", "patient one": "for Mary 1", "patient full three": "Mary Okafor 3 slept badly", "slept badly": "slept badly", "mother three": "mum 3", "patient die": "Mary says I want to die", "namesake": "Mary Stone",
		"eleven": "11", "six": "6", "kilos": "72.5 kg", "pain two": "pain 2", "four six kilos": "4 6 72.5", "pain question": "your pain", "weight question": "weigh",
		"daily": "DAILY", "weekly": "WEEKLY", "at once": "AT ONCE", "hospital": "HOSPITAL", "home": "HOME", "died": "DIED",
		"invited": "Tom", "add": "ADD Tom %", "add nobody": "ADD Tom", "yes": "YES", "no": "no thanks",
		"patient": "Mary", "patient full": "Mary Okafor", "twin": "John Okafor", "follower": "Sam", "follower full": "Sam Okafor", "nurse": "Nurse Dana",
		"four": "4", "two and words": "2 rough night", "rough night": "rough night", "good": "good thanks", "face": "🙂", "private": "private 2",
		"two or three": "2 or 3", "nine": "9", "hours slept": "slept 3 hours", "patient four": "Mary 4",
		"stop": "STOP", "stop wording": "please stop sending me these", "start": "START", "help": "help please", "hello": "hello who is there",
		"who": "WHO", "drop": "DROP Sam", "drop nobody": "DROP Wilfred", "pause": "PAUSE 7", "resume": "RESUME", "away": "AWAY UNTIL Friday",
		"away unclear": "away until the weather is better", "when": "WHEN", "web": "WEB", "ask": "ASK may I have a bath", "question": "when is the nurse coming",
		"wrong number": "sorry, you have the wrong number", "machine": "I'm driving right now, I will get back to you later", "code": "12345",
		"kind word": "So proud of you", "tell": "TELL keep it up", "on it": "On it", "mute": "MUTE 8H", "unmute": "UNMUTE",
		"die": "I want to die", "breathe": "canot breathe", "stop and die": "STOP. I want to die",
		"ack": "ACK #", "resolve": "RESOLVE # fine", "resolve called": "RESOLVE # called, fine now", "resolve none": "RESOLVE 9999 called", "escalate": "ESCALATE #", "on duty": "WHO", "snooze": "SNOOZE # 2H her son is there", "snooze how": "SNOOZE #",
	},
	"es": {
		"news question": "¿Quiere contarnos algo?", "less": "MENOS", "more": "MÁS",
		"allow": "PERMITIR Luis", "disallow": "NO PERMITIR Luis", "patient three": "Carmen 3", "patient hospital": "Carmen está en el hospital", "patient one": "por Carmen 1", "patient full three": "Carmen Ruiz 3 ha dormido mal", "slept badly": "ha dormido mal", "mother three": "mamá 3", "patient die": "Carmen dice quiero morir", "namesake": "Carmen Vega",
		"eleven": "11", "six": "6", "kilos": "72,5 kilos", "pain two": "dolor 2", "four six kilos": "4 6 72,5", "pain question": "duele", "weight question": "peso",
		"daily": "DIARIO", "weekly": "SEMANAL", "at once": "AL MOMENTO", "hospital": "HOSPITAL", "home": "en casa", "died": "ha fallecido",
		"invited": "Nuria", "add": "AGREGAR Nuria %", "add nobody": "AGREGAR Nuria", "yes": "Sí", "no": "no gracias",
		"patient": "Carmen", "patient full": "Carmen Ruiz", "twin": "Pedro Ruiz", "follower": "Luis", "follower full": "Luis Ruiz", "nurse": "Enfermera Paz",
		"four": "4", "two and words": "2 mala noche", "rough night": "mala noche", "good": "bien gracias", "face": "🙂", "private": "privado 2",
		"two or three": "2 o 3", "nine": "9", "hours slept": "dormí 3 horas", "patient four": "Carmen 4",
		"stop": "ALTO", "stop wording": "no me manden más mensajes", "start": "EMPEZAR", "help": "ayuda por favor", "hello": "hola quién es",
		"who": "QUIÉN", "drop": "QUITAR Luis", "drop nobody": "QUITAR Wilfredo", "pause": "PAUSA 7", "resume": "SEGUIR", "away": "FUERA HASTA el viernes",
		"away unclear": "fuera hasta que mejore el tiempo", "when": "CUÁNDO", "web": "WEB", "ask": "PREGUNTA puedo ducharme", "question": "cuándo viene la enfermera",
		"wrong number": "se ha equivocado de número", "machine": "Estoy conduciendo, te llamo luego", "code": "12345",
		"kind word": "Qué contenta estoy", "tell": "DILE sigue así", "on it": "Me ocupo", "mute": "SILENCIO 8H", "unmute": "ACTIVAR",
		"die": "quiero morir", "breathe": "no puedo respirrar", "stop and die": "ALTO. Quiero morir",
		"ack": "ACK #", "resolve": "RESOLVER # mejor", "resolve called": "RESOLVER # llamada, ya mejor", "resolve none": "RESOLVER 9999 llamada", "escalate": "ESCALAR #", "on duty": "GUARDIA", "snooze": "POSPONER # 2H viene su hija", "snooze how": "POSPONER #",
	},
	"ar": {
		"news question": "هل تود أن تقول لنا شيئا؟", "less": "أقل", "more": "أكثر",
		"allow": "اسمح سامي", "disallow": "لا تسمح سامي", "patient three": "أمينة ٣", "patient hospital": "أمينة في المستشفى", "patient one": "عن أمينة ١", "patient full three": "أمينة حداد ٣ نامت سيئا", "slept badly": "نامت سيئا", "mother three": "أمي ٣", "patient die": "أمينة تقول أريد أن أموت", "namesake": "أمينة سعيد",
		"eleven": "١١", "six": "٦", "kilos": "٧٢ كغ", "pain two": "ألم ٢", "four six kilos": "٤ ٦ ٧٢", "pain question": "ألمك", "weight question": "وزنك",
		"daily": "يوميا", "weekly": "أسبوعيا", "at once": "فورا", "hospital": "في المستشفى", "home": "في البيت", "died": "وفاة",
		"invited": "توفيق", "add": "أضف توفيق %", "add nobody": "أضف توفيق", "yes": "نعم", "no": "لا شكرا",
		"patient": "أمينة", "patient full": "أمينة حداد", "twin": "يوسف حداد", "follower": "سامي", "follower full": "سامي حداد", "nurse": "الممرضة دانة",
		"four": "٤", "two and words": "٢ ليلة صعبة", "rough night": "ليلة صعبة", "good": "جيدة الحمد لله", "face": "🙂", "private": "خاص ٢",
		"two or three": "٢ أو ٣", "nine": "٩", "hours slept": "نمت ٣ ساعات", "patient four": "أمينة ٤",
		"stop": "قف", "stop wording": "لا ترسلوا لي رسائل", "start": "ابدأ", "help": "مساعدة من فضلك", "hello": "مرحبا من هناك",
		"who": "من", "drop": "احذف سامي", "drop nobody": "احذف وليد", "pause": "وقفة ٧", "resume": "تابع", "away": "غائب حتى الجمعة",
		"away unclear": "غائب حتى يتحسن الطقس", "when": "متى", "web": "رابط", "ask": "سؤال هل أستحم", "question": "متى تأتي الممرضة",
		"wrong number": "الرقم غلط", "machine": "أنا أقود السيارة الآن، سأتصل بك لاحقا", "code": "12345",
		"kind word": "أنا فخور بك", "tell": "قل أحسنت", "on it": "تمام", "mute": "صامت 8", "unmute": "إلغاء الكتم",
		"die": "أريد أن أموت", "breathe": "لا أستطيع التنفسس", "stop and die": "قف. أريد أن أموت",
		"ack": "استلمت #", "resolve": "حل # أفضل", "resolve called": "حل # اتصلت وهي أفضل", "resolve none": "حل 9999 اتصلت", "escalate": "تصعيد #", "on duty": "من المناوب", "snooze": "تأجيل # ساعتين ابنتها معها", "snooze how": "تأجيل #",
	},
}
