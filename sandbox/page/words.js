// Words of the page: Ukrainian, or English with ?lang=en.

const UK = {
  title: "Телеграм-пісочниця", hint: "Усе лишається на цьому комп’ютері. Люди вигадані.",
  add: "Додати людину", nobody: "Тут ще нікого немає. Додайте людину, щоб почати розмову.",
  person: "Хто пише?", who: "Людина", newPerson: "Нова людина", name: "Ім’я", language: "Мова Telegram",
  phone: "Номер телефону", bot: "Бот", family: "Для родин", staff: "Для чергових", cancel: "Скасувати",
  open: "Відкрити", yourPhone: "Який у людини номер?", share: "Поділитися", understood: "Зрозуміло",
  write: "Повідомлення", send: "Надіслати", attach: "Додати файл", start: "РОЗПОЧАТИ", menu: "Меню",
  location: "Надіслати місце (Київ)", block: "Заблокувати бота", unblock: "Розблокувати бота",
  close: "Закрити вікно", blocked: "Ви заблокували бота", edited: "змінено", edit: "Змінити",
  editing: "Зміна повідомлення", stop: "Не змінювати", typing: "бот друкує", contact: "Контакт",
  place: "Місце", copied: "Скопійовано", opens: "Посилання", log: "Розмова", pickBot: "Який бот",
  lost: "Немає зв’язку з пісочницею. Пробуємо ще…", file: "Файл", answerTo: "Відповідь на",
  today: "Сьогодні",
};

const EN = {
  title: "Telegram sandbox", hint: "Everything stays on this computer. The people are invented.",
  add: "Add a person", nobody: "Nobody is here yet. Add a person to start a chat.",
  person: "Who is writing?", who: "Person", newPerson: "A new person", name: "Name", language: "Telegram language",
  phone: "Phone number", bot: "Bot", family: "For families", staff: "For staff", cancel: "Cancel",
  open: "Open", yourPhone: "What is this person's number?", share: "Share", understood: "OK",
  write: "Message", send: "Send", attach: "Attach a file", start: "START", menu: "Menu",
  location: "Send a place (Kyiv)", block: "Block the bot", unblock: "Unblock the bot",
  close: "Close this window", blocked: "You blocked the bot", edited: "edited", edit: "Edit",
  editing: "Editing a message", stop: "Do not edit", typing: "the bot is typing", contact: "Contact",
  place: "Place", copied: "Copied", opens: "Link", log: "Chat", pickBot: "Which bot",
  lost: "No connection to the sandbox. Trying again…", file: "File", answerTo: "Reply to",
  today: "Today",
};

export const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "uk";
export const words = language === "en" ? EN : UK;

export function translate(root) {
  document.documentElement.lang = language;
  document.title = words.title;
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
}
