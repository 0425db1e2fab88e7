//! Passages that the sandbox model's articles are put together from. They hold for any business and name no facts.
//! `{client}`, `{title}` and `{subject}` are filled in.

pub(super) const INTRODUCTIONS: &[&str] = &[
    "Most people meet the question behind “{title}” at an awkward moment: something has to be decided, and the facts \
     arrive in the wrong order. This guide puts them into a better order. It starts with what you can settle alone, goes \
     on to what you should ask {client}, and ends with a short list that fits on one page. Nothing in it needs special \
     knowledge, only a quiet half hour and something to write with.",
    "There are two ways to approach {subject}. One is to start with prices, and to find out later what they covered. The \
     other is to start with what the result has to do, and to let the price follow from that. The second way takes a \
     little longer and goes wrong far less often. This article walks through it step by step for readers who are thinking \
     about talking to {client}, or who have done so and want to check that nothing was forgotten.",
    "A good decision about {subject} rarely depends on one clever insight. It depends on a handful of plain questions that \
     were asked early enough. “{title}” is about those questions: why they matter, how to ask them, and what a useful \
     answer sounds like. Readers who already work with {client} can use the same list to look back and see what they \
     would do again.",
    "If you have ever left a meeting with the feeling that everything was discussed and nothing was decided, this article \
     is for you. It takes {subject} apart into pieces that can be decided one at a time, says who should decide each of \
     them, and shows how to bring the pieces to {client} in a form that can be answered. The method is simple enough to \
     remember without notes.",
];

/// Own heading and text of each passage.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    (
        "Start with the result, not with the product",
        "Before you compare anything, write down in one sentence what should be different when the work is done. A sentence \
         such as “we want to spend less time on this every week” is worth more than a list of features, because it can be \
         checked later. Features are answers; the sentence is the question. When you talk to {client}, read the sentence \
         aloud first and let the other side ask about it. You will notice quickly whether the conversation moves towards \
         your result or towards whatever happens to be easy to deliver. Keep the sentence at the top of every note you \
         take about {subject}. If it changes on the way, that is fine, as long as it changes on purpose and everyone who \
         decides has seen the new version.",
    ),
    (
        "Separate decisions from details",
        "A decision is something that is expensive to change afterwards; a detail is something that is not. People argue \
         about details because details are easy to have an opinion on, and decisions slip through unnoticed. Take your \
         list about {subject} and mark each line with a D if undoing it would cost real time or money. Usually fewer than \
         a third of the lines get the mark. Talk about those first, while everyone is awake, and give each of them an \
         owner and a date. The rest can wait or be left to the people who do the work. {client} will be able to answer \
         more clearly when it is told which points are open and which are only preferences.",
    ),
    (
        "Ask for the reasoning, not only for the answer",
        "Two suppliers can give the same answer for very different reasons, and the reasons tell you what happens when \
         circumstances change. So whenever you get a figure or a recommendation about {subject}, ask what it rests on. \
         Which part was measured, which part is experience, which part is a guess? A good partner can say so without \
         embarrassment, because everybody guesses somewhere. Write the reasons beside the answer. When something turns \
         out differently later, you will know which other answers rested on the same ground and need a second look. It \
         is a small habit that saves long discussions, and it makes the next conversation with {client} much shorter.",
    ),
    (
        "Plan backwards from the day that matters",
        "If there is a date that can't move, begin there and walk backwards. What must be true the day before? What has to \
         be finished a week before that? Continue until you reach today. You will usually arrive at a first step that is \
         smaller and earlier than you expected, and that is the point of the exercise. Plans that run forwards tend to \
         collect hope in the middle; plans that run backwards show where there is none. Share the finished line with \
         {client} and ask which of the steps are outside your control. Mark those in another colour, and agree on how you \
         will hear about it when one of them slips. For {subject} that is often worth more than a buffer of spare days.",
    ),
    (
        "Make the budget in three parts",
        "One figure invites one argument. Three figures invite a plan. Put down what the result is worth to you if it works \
         as hoped, what you can spend without having to ask anybody, and what would make you stop. The first keeps the \
         conversation about value, the second lets you act quickly, the third protects you from good intentions. You do \
         not have to show all three to {client}, but you should know them before you talk about {subject}. When a quote \
         arrives, compare it with all three and note what is not included. Delivery, training, upkeep and the time of your \
         own people are the usual suspects. A quote that names them is easier to trust than one that is merely low.",
    ),
    (
        "Compare like with like",
        "Offers differ in what they leave out. To compare them fairly, make one list of everything that has to happen for \
         {subject}, from the first visit to the first service, and go through each offer with that list in hand. Put a \
         tick where a line is covered, a question mark where the wording is open, and a dash where it is missing. Then \
         send every supplier the same list of question marks on the same day. The answers will be comparable, and the way \
         they are given tells you something too: who answers in plain words, who answers in brochures, who asks back. Only \
         after that is it fair to look at the sums at the bottom. Do the same with an offer from {client}.",
    ),
    (
        "Put the right people in the room",
        "Every decision has at least three kinds of people around it: those who pay, those who use the result, and those who \
         have to look after it. Meetings about {subject} tend to have plenty of the first kind and none of the third. Invite \
         one of each, and tell them beforehand what you want from them. The payer says what is out of the question. The user \
         says what a normal day looks like. The one who looks after it says what breaks. Twenty minutes with all three are \
         better than two hours with one. If you meet {client} with such a group, agree on who speaks for you at the end, so \
         that nobody has to guess which of three opinions was the answer.",
    ),
    (
        "Write it down the same day",
        "Memory is generous to the person who remembers. After every conversation about {subject}, write five lines before the \
         day ends: what was decided, what is still open, who does what until when, what surprised you, and what you would like \
         to ask next. Send the first three lines to everyone who was there, {client} included, and ask for corrections within \
         two days. This is not a matter of mistrust. It is the cheapest way to find a misunderstanding while it is still small. \
         Over a few weeks the notes grow into something better than minutes: a record of why things are as they are, which is \
         exactly what a new colleague will ask for first.",
    ),
    (
        "Test the riskiest assumption first",
        "Every plan for {subject} stands on a few things that everybody takes for granted. Find the one that would hurt most if \
         it were wrong, and look for a cheap way to test it this week. Sometimes that is a phone call, sometimes a sample, \
         sometimes an hour with a tape measure or a calendar. The test does not have to prove anything; it only has to have a \
         chance of failing. If it fails, you have lost an hour and saved a project. If it passes, you can talk to {client} about \
         the next assumption with a clear head. Most delays are not caused by hard problems but by easy questions that nobody \
         put in time.",
    ),
    (
        "Agree on how changes are handled",
        "Something will change, so it is worth agreeing on the way before it does. Three rules are enough for {subject}. A change \
         is written down in a sentence by the person who wants it. The other side answers with what it does to cost, time and \
         result. Nothing happens until both have said yes to that answer. With these rules a change is neither a fight nor a \
         favour, and small ones can be decided in minutes. Ask {client} how changes are usually recorded, and use that form if \
         there is one. The point is not the form but the order: first the sentence, then the consequences, then the yes. Work \
         that follows it stays friendly even when plans move.",
    ),
    (
        "Decide how you will know that it worked",
        "It is hard to be content with a result that was never described. Choose two signs that would tell you, three months \
         later, that {subject} went well: one that can be counted and one that can be felt. The countable one keeps you honest; \
         the other one keeps you human. Write down today's value of both, even if it is only an estimate, because a change can be \
         seen only against a beginning. Tell {client} which signs you chose. A partner who knows what you will look at can point \
         out early when something else would have been the better choice, and you both avoid a polite conversation in which \
         everyone is satisfied and nobody knows why.",
    ),
    (
        "Give feedback that can be used",
        "“It is not quite right yet” is an honest feeling and a useless instruction. When you look at a draft, a sample or a first \
         delivery for {subject}, say what you see, what you expected to see, and why the difference matters. Leave the remedy to \
         the people who know the craft. One observation of that kind helps {client} more than ten suggestions, because it can be \
         answered in more than one way. Collect remarks from everyone first and send them together, sorted into must, should and \
         nice. If two of your own people contradict each other, settle that among yourselves before you send anything. It is the \
         kindest thing a customer can do.",
    ),
    (
        "Plan for the quiet time afterwards",
        "Work ends on a certain day; use begins on that day. Plan the first weeks with the result as carefully as the weeks before \
         it. Who looks after it? What is normal, and what is a sign that something needs attention? Where are the papers, and who \
         has the number to call? A page with these four answers should exist before {subject} is finished, and {client} can help to \
         write it. Put a date in the calendar about six weeks later for a short look back. By then the first excitement has gone, \
         habits have formed, and the few things that still bother people can be named exactly. Most of them are small, and small \
         things are easiest to put right early.",
    ),
    (
        "Know when to wait",
        "Sometimes the best decision about {subject} is to make it later. That is the case when the result depends on something that \
         will be known soon, when the people who have to live with it can't be asked yet, or when the only reason for haste is an \
         offer that ends on Friday. Waiting is a decision too, so give it a date and a condition: we look at this again in March, or \
         as soon as the lease is signed. Tell {client} so. A serious partner prefers a clear “not now” to a vague “perhaps”, and will \
         usually say what would be lost by waiting. If that answer is “nothing much”, you have gained time for something that can't \
         wait.",
    ),
    (
        "Use plain words on both sides",
        "Every trade has words that mean something exact to those inside and something vague to everyone else. Make a short list of \
         the terms that come up around {subject} and ask for a sentence about each. There is no need to be shy about it: whoever can't \
         explain a term in a sentence does not own it yet. Keep the list with your notes and use the same words in your own messages, \
         so that one thing has one name from the first enquiry to the last invoice. {client} will have such a list in mind already, \
         even if nobody has written it down. Misunderstandings that come from words are the easiest to prevent and among the most \
         expensive to repair.",
    ),
    (
        "Keep one place for everything",
        "Half of the effort in any piece of work goes into finding things again. Choose one folder, paper or otherwise, for {subject}, \
         and put everything there: the sentence that describes the result, offers, notes, drawings, photographs, dates, names. Name \
         files by date first, so that they sort themselves. Give {client} a way to see what concerns them, and ask for copies of what \
         they keep. The folder pays for itself the first time a question comes up that was answered months before. It pays a second \
         time when somebody else has to take over, and a third time when you plan the next thing and can see how long this one really \
         took.",
    ),
];

pub(super) const CHECKLIST: &[&str] = &[
    "The result is described in one sentence that everyone has read.",
    "Decisions are separated from details, and each decision has an owner.",
    "Every figure has its reason beside it.",
    "The plan was walked backwards from the date that matters.",
    "The budget has three parts, and somebody knows the third.",
    "All offers were compared against the same list.",
    "Someone who will look after the result was in the room.",
    "Notes were sent the same day and corrected within two.",
    "The riskiest assumption about {subject} has been tested.",
    "There is a rule for changes, and {client} knows it.",
    "Two signs of success are chosen, with today's values.",
    "The first six weeks after completion are planned.",
    "Open terms are explained in plain words.",
];

pub(super) const CLOSINGS: &[&str] = &[
    "None of these steps is difficult, and none of them takes long. What makes them valuable is the order: first the result, then the \
     decisions, then the people, then the figures. Take the checklist along to your next conversation with {client}, cross out what does \
     not apply, and add what is missing. If only one thing stays with you from this text about {subject}, let it be the sentence at the \
     top of your notes.",
    "The best time for a plain question is early, and the second best time is now. Choose the two points of the checklist that are most \
     open in your case, and settle them this week. Everything else about {subject} becomes easier once they are settled. Whoever talks to \
     {client} with these two answers in hand will find that the rest of the conversation almost leads itself.",
    "Good preparation does not replace good work, but it makes good work visible. With the steps above you can tell whether an answer \
     fits your question, whether an offer covers what you need, and whether the time has come to decide. Keep the list, use it again, and \
     change it as you learn. {client} and everyone else you talk to about {subject} will notice the difference.",
];
