// The form as a grammY bot with sessions in memory, over a webhook of Node's own server.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Bot, InlineKeyboard, session, webhookCallback } from "grammy";

const questions = JSON.parse(readFileSync(process.env.FORM, "utf8"));
const numbers = new Map(questions.map((one, number) => [one.key, number]));
const bot = new Bot(process.env.BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API } });

bot.use(session({ initial: () => ({ asked: null, told: {} }) }));

async function ask(ctx, number) {
  const question = questions[number];
  ctx.session.asked = question.key;
  const keyboard = new InlineKeyboard();
  question.options.forEach((label, option) => keyboard.text(label, `${question.key}:${option}`).row());
  await ctx.reply(question.text, question.options.length ? { reply_markup: keyboard } : {});
}

bot.command("start", async (ctx) => {
  ctx.session.told = {};
  await ask(ctx, 0);
});

bot.callbackQuery(/^share:(\d+)$/, async (ctx) => {
  if (ctx.session.asked !== "share") return;
  const told = Object.keys(ctx.session.told).length;
  ctx.session.asked = null;
  ctx.session.told = {};
  await ctx.answerCallbackQuery();
  await ctx.reply(`Дякуємо! Ми прийняли ${told} відповідей.`);
});

bot.callbackQuery(/^(\w+):(\d+)$/, async (ctx) => {
  const [, key, option] = ctx.match;
  if (ctx.session.asked !== key) return;
  ctx.session.told[key] = questions[numbers.get(key)].options[Number(option)];
  await ctx.answerCallbackQuery();
  await ask(ctx, numbers.get(key) + 1);
});

bot.on("message:text", async (ctx) => {
  const key = ctx.session.asked;
  if (!["name", "born", "town"].includes(key)) return;
  ctx.session.told[key] = ctx.message.text;
  await ask(ctx, numbers.get(key) + 1);
});

const secretToken = "benchmark-secret";
createServer(webhookCallback(bot, "http", { secretToken })).listen(
  Number(process.env.WEBHOOK_PORT),
  "127.0.0.1",
  () => bot.api.setWebhook(process.env.WEBHOOK_URL, { secret_token: secretToken }),
);
